// The k largest elements of a row, of equal ones those that come first: a heap whose root is the
// element to give up next.
#pragma once

#include <cstdint>

#include "../../platform/force-inline.h"
#include "../../platform/lowest-bit.h"
#include "../math/bits.h"

namespace logits {

template <class Lane>
struct TopEntry {
  Lane value;
  int32_t index;

  // Whether it comes before the other: by value down, then by index up.
  LOGITS_INLINE bool is_before(const TopEntry& other) const {
    return value > other.value || (value == other.value && index < other.index);
  }
};

template <class A>
class TopClasses {
 public:
  using Lane = typename A::Lane;
  using V = typename A::Set;
  using Entry = TopEntry<Lane>;

  // Into `entries`, room for `most` of them; none at all for 0.
  LOGITS_INLINE TopClasses(Entry* entries, int64_t most) : entries_(entries), most_(most) {}

  LOGITS_INLINE int64_t count() const { return count_; }
  LOGITS_INLINE const Entry& operator[](int64_t i) const { return entries_[i]; }

  // The lanes, of numbers, that are below all which are to be offered.
  LOGITS_INLINE auto lesser_than_all(typename A::Vector v) const {
    return V::greater(V::broadcast(limit_), v);
  }

  // Offers the first `count` lanes, of which the first is the element at `first`.
  LOGITS_INLINE void offer(typename A::Vector v, int64_t first, int count) {
    uint32_t left = V::unset(lesser_than_all(v)) & ((1u << count) - 1);
    if (left == 0) return;
    Lane lanes[A::kLanes];
    V::store(lanes, v);
    for (; left != 0; left &= left - 1) {
      const int lane = lowest_bit(left);
      offer(lanes[lane], first + lane);
    }
  }

  // Elements come in ascending order of their indices.
  LOGITS_INLINE void offer(Lane value, int64_t index) {
    if (!(value >= limit_)) return;
    const Entry entry = {value, static_cast<int32_t>(index)};
    if (count_ < most_) {
      rise(count_++, entry);
    } else {
      sink(entry, count_);
    }
    if (is_full()) limit_ = next_above<V>(entries_[0].value);
  }

  // Begins anew with elements that are no less than the least of what has been offered: some of
  // the row's, whatever their indices were.
  LOGITS_INLINE void start_from_least() {
    limit_ = is_full() ? entries_[0].value : next_above<V>(-A::infinity());
    count_ = 0;
  }

  // Puts what is there in order, the first one first.
  LOGITS_INLINE void sort() {
    for (int64_t last = count_ - 1; last > 0; --last) {
      const Entry entry = entries_[last];
      entries_[last] = entries_[0];
      sink(entry, last);
    }
  }

  // Behind those in order: elements of -inf, which are never offered.
  LOGITS_INLINE void append(int64_t index) {
    entries_[count_++] = {-A::infinity(), static_cast<int32_t>(index)};
  }
  LOGITS_INLINE bool is_full() const { return count_ == most_; }

 private:
  // Puts `entry` where the empty place at `at` lets it be, upwards.
  LOGITS_INLINE void rise(int64_t at, const Entry& entry) {
    while (at > 0) {
      const int64_t above = (at - 1) / 2;
      if (!entries_[above].is_before(entry)) break;
      entries_[at] = entries_[above];
      at = above;
    }
    entries_[at] = entry;
  }
  // The same downwards from the root, among the first `count`.
  LOGITS_OUTLINE void sink(const Entry& entry, int64_t count) {
    int64_t at = 0;
    for (;;) {
      int64_t below = 2 * at + 1;
      if (below >= count) break;
      if (below + 1 < count && entries_[below].is_before(entries_[below + 1])) ++below;
      if (!entry.is_before(entries_[below])) break;
      entries_[at] = entries_[below];
      at = below;
    }
    entries_[at] = entry;
  }

  Entry* entries_;
  int64_t most_;
  int64_t count_ = 0;
  Lane limit_ = next_above<V>(-A::infinity());  // the least that is offered
};

}  // namespace logits
