// The pool under stress: several leaders at once, more threads than CPUs, pools that come and go, runs that
// stop in the middle of an instruction. Made for ThreadSanitizer; the sums show that every unit ran exactly
// once.

#include <atomic>
#include <thread>

#include "background.h"
#include "support.h"

namespace hebb {
namespace {

using namespace contract;

/** Columns of b are 1 where a is k-dependent: out[i, j] = sum of a[i, :], for every j. */
void RunGemms(int threads, int times) {
  constexpr int m = 70, n = 300, k = 64;
  Runner runner(threads);
  std::vector<float> a(m * k), b(k * n, 1.0f), c(m * n);
  for (size_t i = 0; i < a.size(); i++) a[i] = static_cast<float>(i % 7);
  Words words;
  words.Buffer(kDtypeFloat32, a.size());
  words.Buffer(kDtypeFloat32, b.size());
  words.Buffer(kDtypeFloat32, c.size());
  words.Add(kOpGemm,
            {kDtypeFloat32, kPrecisionFull, 1, m, n, k, 0, k, 0, 0, 1, k, 0, 1, 2, n, 0, 0, 0, 0, 0});
  const std::vector<int32_t> program = words.Finish();
  for (int t = 0; t < times; t++) {
    std::fill(c.begin(), c.end(), -1.0f);
    runner.Run(program, BestKernels(),
               {reinterpret_cast<char*>(a.data()), reinterpret_cast<char*>(b.data()),
                reinterpret_cast<char*>(c.data())});
    for (int i = 0; i < m; i++) {
      float sum = 0;
      for (int p = 0; p < k; p++) sum += a[static_cast<size_t>(i * k + p)];
      Expect(c[static_cast<size_t>(i * n)] == sum && c[static_cast<size_t>(i * n + n - 1)] == sum, "gemm", t,
             i);
    }
  }
}

// A kernel of its own: counts how often each unit runs.
struct Counters {
  std::atomic<int> counts[1000];
};
void CountUnits(const Task& task, const Split&, int, int64_t begin, int64_t end, Scratch&) {
  auto counters = reinterpret_cast<Counters*>(task.workspace);
  for (int64_t u = begin; u < end; u++) counters->counts[u].fetch_add(1, std::memory_order_relaxed);
}

void TestUnitsOnce(int threads, int times) {
  ThreadPool* pool = ThreadPool::Acquire();
  {
    ScratchMemory scratch;
    scratch.Reserve(0);
    for (int t = 0; t < times; t++) {
      Counters counters{};
      Task task{};
      task.workspace = reinterpret_cast<char*>(&counters);
      Split split{};
      const int64_t units = 1 + t % 1000;
      const Job job = {CountUnits, &task, &split, 1, 0, units, t % 2 ? 1e6 : 1.0};
      const int64_t done = pool->Run(job, threads, scratch.get(), nullptr, nullptr);
      Expect(done == units, "all units are done", done, units);
      for (int64_t u = 0; u < units; u++) Expect(counters.counts[u].load() == 1, "each unit once", t, u);
      Expect(units == 1000 || counters.counts[units].load() == 0, "no unit beyond", t);
    }
  }
  ThreadPool::Release();
}

// A kernel of two units that wait for each other, so that each thread does one of them.
struct Meeting {
  std::atomic<int> begun{0};
  std::thread::id threads[2];
};
void Meet(const Task& task, const Split&, int, int64_t begin, int64_t, Scratch&) {
  auto meeting = reinterpret_cast<Meeting*>(task.workspace);
  meeting->threads[begin] = std::this_thread::get_id();
  meeting->begun.fetch_add(1);
  while (meeting->begun.load() < 2) std::this_thread::yield();
}

/** Time after time a thread does the same part of the units. */
void TestOwnParts() {
  ThreadPool* pool = ThreadPool::Acquire();
  {
    ScratchMemory scratch;
    scratch.Reserve(0);
    for (int t = 0; t < 100; t++) {
      Meeting meeting;
      Task task{};
      task.workspace = reinterpret_cast<char*>(&meeting);
      Split split{};
      pool->Run({Meet, &task, &split, 1, 0, 2, 1e6}, 2, scratch.get(), nullptr, nullptr);
      Expect(meeting.threads[0] == std::this_thread::get_id(), "the leader begins with the first part", t);
    }
  }
  ThreadPool::Release();
}

/** A job that is stopped after each unit and taken up again. */
void TestStopping(int threads) {
  ThreadPool* pool = ThreadPool::Acquire();
  {
    ScratchMemory scratch;
    scratch.Reserve(0);
    Counters counters{};
    Task task{};
    task.workspace = reinterpret_cast<char*>(&counters);
    Split split{};
    int64_t unit = 0;
    int parts = 0;
    while (unit < 1000) {
      const Job job = {CountUnits, &task, &split, 1, unit, 1000, 1e6};
      const int64_t next = pool->Run(
          job, threads, scratch.get(), [](void*) { return true; }, nullptr);
      Expect(next > unit, "a part makes progress", unit, next);
      if (next <= unit) break;
      unit = next;
      parts++;
    }
    for (int u = 0; u < 1000; u++)
      Expect(counters.counts[u].load() == 1, "each unit once, over all parts", u);
    Expect(parts > 1 || threads > 1, "it has been stopped", parts);
  }
  ThreadPool::Release();
}

void TestBackground() {
  std::atomic<int> ran{0};
  BackgroundThreads background;
  for (int i = 0; i < 50; i++) background.Start([&](ScratchMemory&) { ran.fetch_add(1); });
  background.Join();
  Expect(ran.load() == 50, "all background work is done", ran.load());
}

}  // namespace
}  // namespace hebb

int main() {
  using namespace hebb;
  RunGemms(4, 30);
  std::vector<std::thread> leaders;
  for (int i = 0; i < 5; i++) leaders.emplace_back([] { RunGemms(3, 20); });
  for (std::thread& leader : leaders) leader.join();
  TestUnitsOnce(1, 100);
  TestUnitsOnce(4, 400);
  for (int i = 0; i < 20; i++) TestUnitsOnce(3, 5);
  TestOwnParts();
  TestStopping(1);
  TestStopping(4);
  TestBackground();
  std::printf("threads: %s\n", failures == 0 ? "ok" : "FAILED");
  return failures == 0 ? 0 : 1;
}
