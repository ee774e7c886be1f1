// Quotas of control groups, read from files made here: versions 1 and 2, groups around groups, none at all.

#include "quota.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "support.h"

namespace hebb {
namespace {

namespace fs = std::filesystem;

/** A directory of its own, with what stands for /proc/self/cgroup and /sys/fs/cgroup. */
class Files {
 public:
  Files() {
    char name[] = "/tmp/hebb-quota-XXXXXX";
    root_ = mkdtemp(name);
  }
  ~Files() { fs::remove_all(root_); }
  void Write(const std::string& path, const std::string& text) {
    const fs::path file = fs::path(root_) / path;
    fs::create_directories(file.parent_path());
    std::ofstream(file) << text;
  }
  double Quota() const { return QuotaCpus(root_ + "/groups", root_ + "/mount"); }

 private:
  std::string root_;
};

void TestVersion2() {
  Files files;
  files.Write("groups", "0::/service/worker\n");
  Expect(files.Quota() == 0, "no files: no quota");
  files.Write("mount/service/worker/cpu.max", "max 100000\n");
  Expect(files.Quota() == 0, "max: no quota");
  files.Write("mount/service/worker/cpu.max", "350000 100000\n");
  Expect(files.Quota() == 3.5, "the group's quota");
  files.Write("mount/service/cpu.max", "150000 100000\n");
  Expect(files.Quota() == 1.5, "the quota of the group around it");
  files.Write("mount/cpu.max", "50000 100000\n");
  Expect(files.Quota() == 0.5, "the quota of a container");
}

void TestVersion1() {
  Files files;
  files.Write("groups", "4:memory:/a\n3:cpu,cpuacct:/docker/abc\n2:cpuset:/b\n0::/\n");
  files.Write("mount/cpu/cpu.cfs_quota_us", "-1\n");
  files.Write("mount/cpu/cpu.cfs_period_us", "100000\n");
  Expect(files.Quota() == 0, "-1: no quota");
  files.Write("mount/cpu/cpu.cfs_quota_us", "250000\n");
  Expect(files.Quota() == 2.5, "seen from inside, the group's path is not there");
  files.Write("mount/cpu/docker/abc/cpu.cfs_quota_us", "100000\n");
  files.Write("mount/cpu/docker/abc/cpu.cfs_period_us", "50000\n");
  Expect(files.Quota() == 2, "the group's quota");
  files.Write("mount/cpuset/b/cpu.cfs_quota_us", "1\n");
  Expect(files.Quota() == 2, "files of other controllers do not count");
}

void TestStrangeFiles() {
  Files files;
  Expect(files.Quota() == 0, "no list of groups");
  files.Write("groups", "\nnonsense\n1:\n0::\n");
  files.Write("mount/cpu.max", "");
  Expect(files.Quota() == 0, "an empty file");
  files.Write("mount/cpu.max", "200000 0\n");
  Expect(files.Quota() == 0, "a period of 0");
  files.Write("mount/cpu.max", "200000 100000\n");
  Expect(files.Quota() == 2, "an empty path is the mount itself");
}

void TestThreads() {
  Expect(ThreadsFor(8, 0) == 8, "no quota");
  Expect(ThreadsFor(8, 2.5) == 3 && ThreadsFor(8, 2.4) == 2, "rounded");
  Expect(ThreadsFor(8, 0.2) == 1 && ThreadsFor(0, 0) == 1, "at least one");
  Expect(ThreadsFor(2, 16) == 2, "a quota beyond the CPUs");
}

}  // namespace
}  // namespace hebb

int main() {
  using namespace hebb;
  TestVersion2();
  TestVersion1();
  TestStrangeFiles();
  TestThreads();
  std::printf("quota: %s\n", failures == 0 ? "ok" : "FAILED");
  return failures == 0 ? 0 : 1;
}
