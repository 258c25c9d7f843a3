#include "pool.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <new>
#include <utility>

#include "../kernel-table.h"
#include "../platform/cpu-pause.h"
#include "../platform/floating-point-state.h"
#include "../platform/system.h"

namespace logits {
namespace {

// How long a thread spins for what it waits for (the next job of a series, the last part of its
// own) before it sleeps: about as long as being woken takes, so that the wait never costs more than
// twice what the best choice would have. One that waits for a thread that was put off its core by
// other work sleeps for nearly all of that time.
constexpr std::chrono::microseconds kSpinTime(20);

// A thread that joins a job wakes so many more, which wake others: a tree, not a queue at the
// caller.
constexpr int kMostWakeUps = 2;

// After how many jobs a helper may be restarted again: where every processor is busy no place is
// better for long, and starting a thread (10 to 60 us) costs little of so many.
constexpr int kJobsBetweenRestarts = 16;

}  // namespace

// The parts of a call: on its caller's stack for as long as the call lasts, or in the background.
struct Job {
  const Part part;
  void* const context;
  const int64_t count;
  void (*const on_done)(void* context) = nullptr;  // null where a caller waits
  std::atomic<int64_t> next{0};                    // the first part that has not been taken
  std::atomic<int> helpers_inside{0};  // helpers at work; changes under the pool's mutex alone
  const int processor = current_processor();  // the caller's, when it began

  // Guarded by the pool's mutex:
  int wanted;  // helpers that may still join
  bool caller_sleeps = false;
  bool is_finished = false;  // in the background: all parts are done, and on_done is called
  std::condition_variable done;
  Job* next_job = nullptr;

  Job(Part p, void* c, int64_t n, int helpers) : part(p), context(c), count(n), wanted(helpers) {}
  Job(Part p, void* c, int64_t n, int helpers, void (*over)(void*))
      : part(p), context(c), count(n), on_done(over), wanted(helpers) {}

  bool has_more() const { return next.load(std::memory_order_relaxed) < count; }
  bool wants_help() const { return wanted > 0 && has_more(); }
};

namespace {

// Spins until `condition` holds, for kSpinTime at most; returns whether it does.
template <class Condition>
bool spin_wait(Condition condition) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point end = Clock::now() + kSpinTime;
  do {
    for (int i = 0; i < 16; ++i) {
      if (condition()) return true;
      cpu_pause();
    }
  } while (Clock::now() < end);
  return false;
}

class Pool {
 public:
  const long process = process_id();

  void run(Job& job, float* scratch) {
    const int missing = offer(job);
    if (missing > 0) start_helpers(missing, scratch);
    while (compute_next(job, scratch)) {
    }
    await_helpers(job);
  }

  // Hands a job to helpers and returns.
  void start(Job& job, float* scratch) {
    const int missing = offer(job);
    if (missing > 0) start_helpers(missing, scratch);
  }

  // Lets no further part of a background job begin; returns whether none is under way either.
  bool stop(Job& job) {
    const std::lock_guard<std::mutex> lock(mutex_);
    job.next.store(job.count, std::memory_order_relaxed);
    return finish_if_done(job);
  }

 private:
  struct Helper {
    Pool* pool;
    std::unique_ptr<float[]> scratch = nullptr;
    int jobs_since_restart = kJobsBetweenRestarts;
  };

  // Returns whether there was a part left to compute.
  static bool compute_next(Job& job, float* scratch) {
    const int64_t index = job.next.fetch_add(1, std::memory_order_relaxed);
    if (index >= job.count) return false;
    job.part(job.context, index, scratch);
    return true;
  }

  // Lets helpers join; returns how many of those wanted have yet to be started.
  int offer(Job& job) {
    std::unique_lock<std::mutex> lock(mutex_);
    push_back(job);
    offers_.fetch_add(1, std::memory_order_relaxed);
    count_unserved();
    const int missing = job.wanted > started_ ? job.wanted - started_ : 0;
    started_ += missing;
    wake_for(job, lock);
    return missing;
  }

  // Returns whether the system gives a thread, which then owns the helper.
  static bool start(std::unique_ptr<Helper>& helper) {
    if (!start_thread(help, helper.get())) return false;
    static_cast<void>(helper.release());
    return true;
  }

  void start_helpers(int missing, float* scratch) {
    for (; missing > 0; --missing) {
      std::unique_ptr<Helper> helper(new (std::nothrow) Helper{this});
      if (!helper) break;
      helper->scratch.reset(new (std::nothrow) float[kScratchFloats]);
      if (!helper->scratch || !start(helper)) break;
    }
    if (missing == 0) return;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      started_ -= missing;
    }
    if (scratch != nullptr) serve_unserved(scratch);
  }

  // Where the system refuses every thread, the calling thread computes the jobs that wait for
  // helpers.
  void serve_unserved(float* scratch) {
    const FloatingPointState state;
    while (Job* const job = join_unhelped_job()) {
      while (compute_next(*job, scratch)) {
      }
      leave(*job, false);
    }
  }

  Job* join_unhelped_job() {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (started_ > 0) return nullptr;
    Job* job = jobs_;
    while (job != nullptr && (job->on_done == nullptr || !job->wants_help())) {
      job = job->next_job;
    }
    if (job == nullptr) return nullptr;
    --job->wanted;
    job->helpers_inside.fetch_add(1, std::memory_order_relaxed);
    return job;
  }

  // Closes the job, and waits for the helpers that are computing a part of it.
  void await_helpers(Job& job) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      remove(job);
      count_unserved();
    }
    const auto is_done = [&] { return job.helpers_inside.load(std::memory_order_acquire) == 0; };
    if (spin_wait(is_done)) return;
    std::unique_lock<std::mutex> lock(mutex_);
    job.caller_sleeps = true;
    job.done.wait(lock, is_done);
  }

  static void help(void* argument) {
    std::unique_ptr<Helper> helper(static_cast<Helper*>(argument));
    const FloatingPointState state;
    Pool& pool = *helper->pool;
    pool.help_until_restarted(std::move(helper));
  }

  // Returns when the helper goes on in another thread.
  void help_until_restarted(std::unique_ptr<Helper> helper) {
    for (;;) {
      Job& job = join_next_job();
      if (blocks_caller(*helper, job)) {
        leave(job, true);
        if (start(helper)) return;
        continue;
      }
      bool has_more = true;
      do {
        has_more = compute_next(job, helper->scratch.get());
      } while (has_more && unserved_.load(std::memory_order_relaxed) == 0);
      leave(job, has_more);
    }
  }

  // Whether the helper keeps the job's caller from its processor, so that the two get done what one
  // would. Linux wakes a thread where it ran last if the processors have been busy on average, and
  // moves none that ran within the last half millisecond: two threads that other work has once put
  // on one processor stay there, however idle the others are by now, for as long as the calls
  // follow each other. A new thread it moves at its next tick.
  static bool blocks_caller(Helper& helper, const Job& job) {
    if (++helper.jobs_since_restart <= kJobsBetweenRestarts) return false;
    if (job.processor < 0 || job.processor != current_processor()) return false;
    helper.jobs_since_restart = 0;
    return true;
  }

  Job& join_next_job() {
    std::unique_lock<std::mutex> lock(mutex_);
    Job& job = wait_for_job(lock);
    --job.wanted;
    job.helpers_inside.fetch_add(1, std::memory_order_relaxed);
    count_unserved();
    wake_for(job, lock);
    return job;
  }

  void leave(Job& job, bool has_more) {
    std::unique_lock<std::mutex> lock(mutex_);
    // Left for an unserved one, this job has its next turn last, unless its caller has closed it.
    if (has_more && remove(job)) {
      ++job.wanted;
      push_back(job);
    }
    // The caller may leave, and the job be gone, as soon as no helper is inside, unless it sleeps.
    const bool caller_sleeps = job.caller_sleeps;
    const bool is_in_background = job.on_done != nullptr;
    const bool was_last = job.helpers_inside.fetch_sub(1, std::memory_order_release) == 1;
    if (was_last && caller_sleeps) job.done.notify_one();
    const bool is_finished = is_in_background && finish_if_done(job);
    count_unserved();
    lock.unlock();
    if (is_finished) job.on_done(job.context);
  }

  // Returns whether a background job has just ended; then the caller of this calls on_done.
  bool finish_if_done(Job& job) {
    if (job.is_finished || job.has_more()) return false;
    if (job.helpers_inside.load(std::memory_order_relaxed) > 0) return false;
    job.is_finished = true;
    remove(job);
    return true;
  }

  // Waits until a job wants help.
  Job& wait_for_job(std::unique_lock<std::mutex>& lock) {
    for (;;) {
      if (Job* const job = least_served_job()) return *job;
      const unsigned seen = offers_.load(std::memory_order_relaxed);
      ++spinning_;
      lock.unlock();
      const bool has_offer =
          spin_wait([&] { return offers_.load(std::memory_order_relaxed) != seen; });
      lock.lock();
      --spinning_;
      if (has_offer || least_served_job() != nullptr) continue;
      ++asleep_;
      work_.wait(lock, [&] { return wake_ups_ > 0; });
      --wake_ups_;
      --asleep_;
    }
  }

  void push_back(Job& job) {
    Job** end = &jobs_;
    while (*end != nullptr) end = &(*end)->next_job;
    *end = &job;
    job.next_job = nullptr;
  }

  // Returns whether the job was still there.
  bool remove(const Job& job) {
    Job** at = &jobs_;
    while (*at != nullptr && *at != &job) at = &(*at)->next_job;
    if (*at == nullptr) return false;
    *at = job.next_job;
    return true;
  }

  // Of the jobs that want help, the first of those with the fewest helpers.
  Job* least_served_job() const {
    Job* least_served = nullptr;
    int fewest = 0;
    for (Job* job = jobs_; job != nullptr; job = job->next_job) {
      if (!job->wants_help()) continue;
      const int helpers_inside = job->helpers_inside.load(std::memory_order_relaxed);
      if (least_served == nullptr || helpers_inside < fewest) {
        least_served = job;
        fewest = helpers_inside;
      }
    }
    return least_served;
  }

  // Counts the jobs that want help and have none: helpers leave others for them after each part.
  void count_unserved() {
    int count = 0;
    for (Job* job = jobs_; job != nullptr; job = job->next_job) {
      if (job->wants_help() && job->helpers_inside.load(std::memory_order_relaxed) == 0) ++count;
    }
    unserved_.store(count, std::memory_order_relaxed);
  }

  // Wakes some of the helpers that the job wants and that are not about to see it; unlocks.
  void wake_for(const Job& job, std::unique_lock<std::mutex>& lock) {
    int wake_ups = job.wanted - spinning_ - wake_ups_;
    if (wake_ups > asleep_ - wake_ups_) wake_ups = asleep_ - wake_ups_;
    if (wake_ups > kMostWakeUps) wake_ups = kMostWakeUps;
    if (wake_ups > 0) wake_ups_ += wake_ups;
    lock.unlock();
    for (; wake_ups > 0; --wake_ups) work_.notify_one();
  }

  std::mutex mutex_;
  std::condition_variable work_;
  std::atomic<unsigned> offers_{0};  // jobs so far
  std::atomic<int> unserved_{0};

  // Guarded by the mutex:
  Job* jobs_ = nullptr;
  int started_ = 0;   // helpers
  int spinning_ = 0;  // of these
  int asleep_ = 0;    // of these
  int wake_ups_ = 0;  // of those asleep, woken and not yet up
};

// This process's pool; null where there can be none. Never destroyed: its threads sleep in it.
Pool* pool_of_process() {
  static std::atomic<Pool*> shared{nullptr};
  Pool* pool = shared.load(std::memory_order_acquire);
  if (pool != nullptr && pool->process == process_id()) return pool;
  // The first call of the process, or of a copy of it, in which the old pool has no threads and
  // its mutex may be locked for ever.
  if (!pin_library()) return nullptr;
  Pool* created = new (std::nothrow) Pool;
  if (created == nullptr) return nullptr;
  if (shared.compare_exchange_strong(pool, created)) return created;
  delete created;
  return pool;
}

}  // namespace

void run_parts(int64_t count, int helpers, Part part, void* context, float* scratch) {
  if (helpers >= count) helpers = static_cast<int>(count) - 1;
  Pool* const pool = helpers > 0 ? pool_of_process() : nullptr;
  if (pool == nullptr) {
    for (int64_t index = 0; index < count; ++index) part(context, index, scratch);
    return;
  }
  Job job(part, context, count, helpers);
  pool->run(job, scratch);
}

BackgroundJob::BackgroundJob(int64_t count, int helpers, Part part, void (*on_done)(void*),
                             void* context)
    : job_(new (std::nothrow) Job(part, context, count, helpers, on_done)) {}

BackgroundJob::~BackgroundJob() { delete job_; }

bool BackgroundJob::start(float* scratch) {
  Pool* const pool = pool_of_process();
  if (job_ == nullptr || pool == nullptr) return false;
  pool->start(*job_, scratch);
  return true;
}

void BackgroundJob::stop() {
  // The job may be gone as soon as on_done has been called.
  void (*const on_done)(void*) = job_->on_done;
  void* const context = job_->context;
  if (pool_of_process()->stop(*job_)) on_done(context);
}

namespace {

// A part of a row and its context: what it computes needs no scratch memory.
struct RowPart {
  void (*part)(void* context, int64_t index);
  void* context;
};

void run_row_part(void* pointer, int64_t index, float*) {
  const RowPart& row_part = *static_cast<const RowPart*>(pointer);
  row_part.part(row_part.context, index);
}

void run_team(const Team& team, int64_t count, void (*part)(void* context, int64_t index),
              void* context) {
  RowPart row_part = {part, context};
  run_parts(count, static_cast<const PoolTeam&>(team).helpers, run_row_part, &row_part, nullptr);
}

}  // namespace

PoolTeam::PoolTeam(int others) : Team{run_team}, helpers(others) {}

}  // namespace logits
