// Threads on which an environment runs programs in the background: started when needed, kept for the next
// run, joined when the environment closes.

#ifndef HEBB_BACKGROUND_H_
#define HEBB_BACKGROUND_H_

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "threads.h"

namespace hebb {

class BackgroundThreads {
 public:
  using Work = std::function<void(ScratchMemory&)>;

  BackgroundThreads() = default;
  ~BackgroundThreads() { Join(); }

  /** Runs `work` on a thread that is idle or new. Throws std::system_error if there is none to be had. */
  void Start(Work work);
  /** Waits until all work is done and ends the threads. */
  void Join();

 private:
  void Loop();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Work> queue_;
  std::vector<std::thread> threads_;
  size_t idle_ = 0;
  bool closing_ = false;
};

}  // namespace hebb

#endif  // HEBB_BACKGROUND_H_
