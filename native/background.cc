// See background.h.

#include "background.h"

#include <utility>

namespace hebb {

void BackgroundThreads::Start(Work work) {
  std::lock_guard<std::mutex> lock(mutex_);
  if (idle_ <= queue_.size()) threads_.emplace_back([this] { Loop(); });
  queue_.push_back(std::move(work));
  wake_.notify_one();
}

void BackgroundThreads::Join() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    closing_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void BackgroundThreads::Loop() {
  ScratchMemory scratch;
  std::unique_lock<std::mutex> lock(mutex_);
  for (;;) {
    idle_++;
    wake_.wait(lock, [this] { return closing_ || !queue_.empty(); });
    idle_--;
    if (queue_.empty()) return;
    Work work = std::move(queue_.front());
    queue_.pop_front();
    lock.unlock();
    work(scratch);
    lock.lock();
  }
}

}  // namespace hebb
