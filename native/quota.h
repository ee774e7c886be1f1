// CPU quotas of control groups, which containers are given: more threads than that many CPUs would only take
// each other's time.

#ifndef HEBB_QUOTA_H_
#define HEBB_QUOTA_H_

#include <string>

namespace hebb {

/**
 * CPUs that the smallest quota stands for among those of a process's control groups and the groups around
 * them, versions 1 and 2; 0 if there is none.
 * @param groups the file that lists the groups, /proc/self/cgroup
 * @param mount where control groups are mounted, /sys/fs/cgroup
 */
double QuotaCpus(const std::string& groups, const std::string& mount);

/** Threads for so many CPUs, of which a quota (0: none) allows fewer; at least 1. */
int ThreadsFor(int cpus, double quota);

}  // namespace hebb

#endif  // HEBB_QUOTA_H_
