// See quota.h.

#include "quota.h"

#include <fstream>
#include <string>

namespace hebb {

namespace {

void TakeSmaller(double* smallest, double cpus) {
  if (cpus > 0 && (*smallest == 0 || cpus < *smallest)) *smallest = cpus;
}

/** cpu.max of version 2: quota and period in microseconds; "max" (which is no number) for no quota. */
double QuotaOfV2(const std::string& directory) {
  std::ifstream file(directory + "/cpu.max");
  double quota = 0, period = 0;
  return file >> quota >> period && quota > 0 && period > 0 ? quota / period : 0;
}

/** The two files of version 1; a quota of -1 is none. */
double QuotaOfV1(const std::string& directory) {
  std::ifstream quotaFile(directory + "/cpu.cfs_quota_us"), periodFile(directory + "/cpu.cfs_period_us");
  double quota = 0, period = 0;
  return quotaFile >> quota && periodFile >> period && quota > 0 && period > 0 ? quota / period : 0;
}

bool Lists(const std::string& controllers, const std::string& name) {
  return ("," + controllers + ",").find("," + name + ",") != std::string::npos;
}

}  // namespace

double QuotaCpus(const std::string& groups, const std::string& mount) {
  double smallest = 0;
  std::ifstream list(groups);
  for (std::string line; std::getline(list, line);) {
    // number:controllers:path; version 2 has no controllers here.
    const size_t first = line.find(':');
    const size_t second = first == std::string::npos ? first : line.find(':', first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const bool isV2 = controllers.empty();
    if (!isV2 && !Lists(controllers, "cpu")) continue;
    // The group and those around it; in a container the first of them may be seen from outside, and not
    // there.
    for (std::string path = line.substr(second + 1);;) {
      TakeSmaller(&smallest, isV2 ? QuotaOfV2(mount + path) : QuotaOfV1(mount + "/cpu" + path));
      const size_t slash = path.rfind('/');
      if (path.empty() || slash == std::string::npos) break;
      path.resize(slash);
    }
  }
  return smallest;
}

int ThreadsFor(int cpus, double quota) {
  int threads = cpus;
  if (quota > 0 && quota < cpus) threads = static_cast<int>(quota + 0.5);
  return threads < 1 ? 1 : threads;
}

}  // namespace hebb
