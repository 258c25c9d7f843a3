// Many callers of the pool at once, for ThreadSanitizer: from several threads, jobs within jobs,
// teams, limits that change meanwhile, and (for AddressSanitizer alone) children of fork(2) that go
// on computing. Every part must be computed once, with the memory of its own thread, and be seen by
// the caller afterwards.
//
//   pool SECONDS [SEED]
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

#include "../../../native/kernel-table.h"
#include "../../../native/threads/pool.h"
#include "../../../native/threads/split.h"

namespace {

constexpr int kCallers = 4;

std::atomic<int64_t> jobs{0};

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed * 2 + 1) {}
  int64_t below(int64_t count) {
    state_ = state_ * 6364136223846793005u + 1442695040888963407u;
    return static_cast<int64_t>(state_ >> 33) % count;
  }

 private:
  uint64_t state_;
};

// What the parts of a job share: each writes to its own place, without a lock.
struct Work {
  std::vector<int64_t> done;
  int64_t size;    // of a part
  int64_t nested;  // parts of a job within each part, or 0
};

void compute(int64_t size, float* scratch) {
  for (int64_t i = 0; i < size; ++i) scratch[i % logits::kScratchFloats] = static_cast<float>(i);
}

void run_team(const logits::Team& team, int64_t count, int64_t size) {
  Work work = {std::vector<int64_t>(static_cast<size_t>(count)), size, 0};
  team.run(
      team, count,
      [](void* context, int64_t index) {
        Work& own = *static_cast<Work*>(context);
        for (int64_t i = 0; i < own.size; ++i) own.done[static_cast<size_t>(index)] += i % 2;
        own.done[static_cast<size_t>(index)] = index + 1;
      },
      &work);
  for (int64_t i = 0; i < count; ++i) {
    if (work.done[static_cast<size_t>(i)] != i + 1) fail("a team's part was not computed");
  }
}

void run_job(Random& random, float* scratch) {
  const int64_t count = 1 + random.below(40);
  Work work = {std::vector<int64_t>(static_cast<size_t>(count)), random.below(2000),
               random.below(4) == 0 ? 1 + random.below(5) : 0};
  logits::run_parts(
      count, static_cast<int>(random.below(6)),
      [](void* context, int64_t index, float* memory) {
        Work& own = *static_cast<Work*>(context);
        compute(own.size, memory);
        if (own.nested > 0) run_team(logits::PoolTeam(2), own.nested, own.size);
        own.done[static_cast<size_t>(index)] += index + 1;
      },
      &work, scratch);
  for (int64_t i = 0; i < count; ++i) {
    if (work.done[static_cast<size_t>(i)] != i + 1) fail("a part was not computed once");
  }
  ++jobs;
}

// Every row of a split is in one part.
void check_split(Random& random) {
  const logits::Layout layout = {1 + random.below(3000), 1 + random.below(3000),
                                 random.below(3) == 0 ? 1 + random.below(9) : 1, 0};
  const logits::Split split =
      logits::split_rows(layout, int64_t{1} << random.below(5), logits::thread_limit());
  int64_t next = 0;
  for (int64_t i = 0; i < split.parts; ++i) {
    const logits::Share share = split.part(i, nullptr);
    if (share.first != next || share.end < share.first) fail("a split leaves rows out");
    next = share.end;
  }
  if (next != layout.rows()) fail("a split ends early");
}

void run_caller(uint64_t seed, std::chrono::steady_clock::time_point end) {
  Random random(seed);
  std::vector<float> scratch(logits::kScratchFloats);
  while (std::chrono::steady_clock::now() < end) {
    for (int i = 0; i < 20; ++i) run_job(random, scratch.data());
    const auto limit = 1 + random.below(9);
    if (random.below(2) == 0) {
      logits::set_thread_limit(logits::capped_threads(limit));
    } else {
      logits::set_first_thread_limit(logits::capped_threads(limit));
    }
    check_split(random);
    if (random.below(4) == 0) run_team(logits::PoolTeam(3), 1 + random.below(20), 1000);
    // Longer than helpers look out, so that they sleep.
    if (random.below(8) == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

// Whether a child of fork(2) may start threads: not where ThreadSanitizer watches.
#if defined(__SANITIZE_THREAD__)
constexpr bool kForks = false;
#else
constexpr bool kForks = true;
#endif

// A child has the memory of a pool and none of its threads.
void run_child(uint64_t seed) {
  const pid_t child = fork();
  if (child < 0) fail("fork failed");
  if (child == 0) {
    Random random(seed);
    std::vector<float> scratch(logits::kScratchFloats);
    for (int i = 0; i < 50; ++i) run_job(random, scratch.data());
    _exit(0);
  }
  int status = 0;
  if (waitpid(child, &status, 0) != child || status != 0) fail("a child of fork failed");
}

}  // namespace

int main(int argc, char** argv) {
  const double seconds = argc > 1 ? std::atof(argv[1]) : 5;
  const uint64_t seed = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1;
  const auto end = std::chrono::steady_clock::now() +
                   std::chrono::milliseconds(static_cast<int64_t>(seconds * 1000));
  int rounds = 0;
  do {
    // Forked between calls: what a call in the middle holds, its child could never get.
    if (kForks) run_child(seed + static_cast<uint64_t>(rounds));
    const auto middle = std::chrono::steady_clock::now() + std::chrono::milliseconds(500);
    std::vector<std::thread> callers;
    for (int i = 0; i < kCallers; ++i) {
      callers.emplace_back(run_caller, seed + static_cast<uint64_t>(rounds * kCallers + i),
                           middle < end ? middle : end);
    }
    for (std::thread& caller : callers) caller.join();
    ++rounds;
  } while (std::chrono::steady_clock::now() < end);
  std::printf("%lld jobs, %d rounds\n", static_cast<long long>(jobs.load()), rounds);
  return 0;
}
