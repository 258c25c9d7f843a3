#include "split.h"

#include <algorithm>
#include <atomic>

namespace logits {
namespace {

// A thread is asked for so many elements of crossEntropy at least: some 50 microseconds of work,
// ten times what handing it over costs.
constexpr int64_t kElementsPerThread = int64_t{1} << 18;
// Parts are smaller, so that a thread that comes late, or is put off its core, leaves little
// behind.
constexpr int64_t kElementsPerPart = int64_t{1} << 16;
// Rows from this length on are worth splitting themselves, where there are too few of them to keep
// all threads busy to the end.
constexpr int64_t kLongRow = 2 * kElementsPerThread;
constexpr int64_t kPartsPerThread = 4;
// Kernels take rows in bundles of so many.
constexpr int64_t kRowsTogether = 64;

std::atomic<int> limit{0};  // 0: not set

}  // namespace

int thread_limit() { return std::max(1, limit.load(std::memory_order_relaxed)); }

void set_thread_limit(int threads) { limit.store(threads, std::memory_order_relaxed); }

void set_first_thread_limit(int threads) {
  int unset = 0;
  limit.compare_exchange_strong(unset, threads, std::memory_order_relaxed);
}

namespace {

// How many threads the work is enough for.
int64_t threads_for(const Layout& layout, int64_t cost, int limit) {
  return std::min<int64_t>(limit, layout.elements() / (kElementsPerThread / cost));
}

}  // namespace

Split split_rows(const Layout& layout, int64_t cost, int limit) {
  const int64_t rows = layout.rows();
  if (threads_for(layout, cost, limit) <= 1) return {rows, rows, 1, 1, false};
  return split_into_parts(layout, cost, limit);
}

Split split_into_parts(const Layout& layout, int64_t cost, int limit) {
  const int64_t rows = layout.rows();
  const int64_t most = std::max<int64_t>(1, threads_for(layout, cost, limit));
  const int64_t classes = std::max<int64_t>(1, layout.classes);
  int64_t rows_per_part = std::max<int64_t>(1, kElementsPerPart / cost / classes);
  if (rows_per_part > kRowsTogether || layout.inner > 1) {
    rows_per_part = (rows_per_part + kRowsTogether - 1) / kRowsTogether * kRowsTogether;
  }
  const int64_t parts = (rows + rows_per_part - 1) / rows_per_part;
  // Kernels that cost more take rows whole.
  const bool splits_rows = cost == 1 && layout.inner == 1 && layout.classes >= kLongRow;
  if (splits_rows && most > 1 && parts < kPartsPerThread * most) {
    return {rows, 1, rows, static_cast<int>(most), true};
  }
  const int64_t threads = std::max<int64_t>(1, std::min(most, parts));
  return {rows, rows_per_part, parts, static_cast<int>(threads), false};
}

}  // namespace logits
