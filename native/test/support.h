// What the C++ tests share: programs written word by word, arrays between guard zones, and a plain gemm to
// compare with.

#ifndef HEBB_TEST_SUPPORT_H_
#define HEBB_TEST_SUPPORT_H_

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <vector>

#include "dispatch.h"
#include "program.h"
#include "run.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

namespace hebb {

inline int failures = 0;

inline void Expect(bool condition, const char* what, int64_t a = 0, int64_t b = 0, int64_t c = 0) {
  if (condition) return;
  if (++failures <= 20) {
    std::fprintf(stderr, "FAILED: %s (%lld, %lld, %lld)\n", what, static_cast<long long>(a),
                 static_cast<long long>(b), static_cast<long long>(c));
  }
}

/** Elements between zones that must keep their bytes, and may not even be read where AddressSanitizer
 * watches. */
template <class E>
class Guarded {
 public:
  explicit Guarded(size_t length)
      : length_(length & 0xffffffff), bytes_(2 * kZone + length_ * sizeof(E), kPattern) {
#if defined(__SANITIZE_ADDRESS__)
    __asan_poison_memory_region(bytes_.data(), kZone);
    __asan_poison_memory_region(bytes_.data() + kZone + length_ * sizeof(E), kZone);
#endif
    std::memset(bytes_.data() + kZone, 0, length_ * sizeof(E));
  }
  ~Guarded() { Unpoison(); }
  Guarded(const Guarded&) = delete;
  Guarded& operator=(const Guarded&) = delete;

  E* data() { return reinterpret_cast<E*>(bytes_.data() + kZone); }
  E& operator[](size_t i) { return data()[i]; }
  size_t length() const { return length_; }

  bool Intact() {
    Unpoison();
    for (size_t i = 0; i < kZone; i++) {
      if (bytes_[i] != kPattern || bytes_[bytes_.size() - 1 - i] != kPattern) return false;
    }
    return true;
  }

 private:
  static constexpr size_t kZone = 256;
  static constexpr unsigned char kPattern = 0xa5;

  void Unpoison() {
#if defined(__SANITIZE_ADDRESS__)
    __asan_unpoison_memory_region(bytes_.data(), bytes_.size());
#endif
  }

  size_t length_;
  std::vector<unsigned char> bytes_;
};

/** Writes programs whose buffers are all bound, readable and writable, with one view at the start of each. */
class Words {
 public:
  int32_t Buffer(int32_t dtype, size_t length) {
    const int32_t number = static_cast<int32_t>(buffers_.size() / contract::kBufferWords);
    for (int32_t w : {dtype, contract::kBufferKindBound, static_cast<int32_t>(length), number * 4 + 3})
      buffers_.push_back(w);
    return number;
  }

  /** An instruction: opcode, then everything after its header. */
  void Add(int32_t opcode, std::initializer_list<int32_t> words) {
    code_.push_back(opcode);
    code_.push_back(static_cast<int32_t>(words.size()) + contract::kInstructionHeaderWords);
    code_.push_back(0);
    code_.insert(code_.end(), words);
  }

  std::vector<int32_t> Finish() const {
    const int32_t bufferCount = static_cast<int32_t>(buffers_.size() / contract::kBufferWords);
    const int32_t buffersAt = contract::kHeaderWords;
    const int32_t viewsAt = buffersAt + static_cast<int32_t>(buffers_.size());
    const int32_t codeAt = viewsAt + bufferCount * contract::kViewWords;
    const int32_t codeWords = static_cast<int32_t>(code_.size());
    std::vector<int32_t> words = {contract::kProgramMagic,
                                  contract::kProgramVersion,
                                  codeAt + codeWords,
                                  buffersAt,
                                  0,
                                  buffersAt,
                                  bufferCount,
                                  viewsAt,
                                  bufferCount,
                                  codeAt,
                                  codeWords,
                                  bufferCount,
                                  0,
                                  0,
                                  0,
                                  0};
    words.insert(words.end(), buffers_.begin(), buffers_.end());
    for (int32_t b = 0; b < bufferCount; b++) {
      words.push_back(b);
      words.push_back(0);
    }
    words.insert(words.end(), code_.begin(), code_.end());
    return words;
  }

 private:
  std::vector<int32_t> buffers_;
  std::vector<int32_t> code_;
};

/** A pool for the test and memory for its runs. */
class Runner {
 public:
  explicit Runner(int threads) : pool_(ThreadPool::Acquire()), threads_(threads) { scratch_.Reserve(0); }
  ~Runner() { ThreadPool::Release(); }

  /** Loads and runs a program to its end. */
  void Run(const std::vector<int32_t>& words, const KernelTable* kernels, const std::vector<char*>& arrays) {
    Program program;
    const Refusal refusal = program.Load(words.data(), static_cast<int64_t>(words.size()), kernels, true);
    Expect(refusal.code == contract::kProgramErrorNone, "the program is accepted", refusal.code, refusal.at);
    if (refusal.code != contract::kProgramErrorNone) return;
    int32_t state[contract::kStateWords] = {};
    const RunContext context = {pool_, threads_, &scratch_, &workspace_, nullptr};
    const int32_t status = Advance(program, state, nullptr, arrays.data(), RunOptions(), context);
    Expect(status == contract::kStatusDone, "the run is done", status, state[contract::kStateError]);
  }

 private:
  ThreadPool* pool_;
  int threads_;
  ScratchMemory scratch_;
  Workspace workspace_;
};

/** Reproducible numbers in -1 .. 1. */
class Numbers {
 public:
  explicit Numbers(uint32_t seed) : state_(seed * 2654435761u + 1) {}
  double Next() {
    state_ = state_ * 1664525u + 1013904223u;
    return static_cast<double>(static_cast<int32_t>(state_)) / 2147483648.0;
  }

 private:
  uint32_t state_;
};

}  // namespace hebb

#endif  // HEBB_TEST_SUPPORT_H_
