// What is read off a row's elements beside their exponentials, in the same look at them: the first
// of the largest, how many are above the target, the k largest.
#pragma once

#include <cstdint>

#include "../force-inline.h"
#include "lanes.h"
#include "row.h"
#include "top-classes.h"

namespace logits {

// How often a mask was set, in all lanes.
template <class A>
struct Tally;

template <class V>
struct Tally<Single<V>> {
  typename V::I32 lanes = V::broadcast_bits(0);

  LOGITS_INLINE void add(typename V::Mask mask) { add(mask, 1, 16); }
  // Adds `times` for each of the first `count` lanes that are set.
  LOGITS_INLINE void add(typename V::Mask mask, int times, int count) {
    const auto all = V::keep(mask, V::from_bits(V::broadcast_bits(static_cast<uint32_t>(times))));
    lanes = V::add(lanes, V::bits(count == 16 ? all : keep_first<V>(all, count)));
  }
  LOGITS_INLINE int64_t total() const {
    uint32_t counts[16];
    V::store_bits(counts, lanes);
    int64_t sum = 0;
    for (const uint32_t count : counts) sum += count;
    return sum;
  }
};

template <class V>
struct Tally<Double<V>> {
  typename V::F64 lanes = V::zero();

  LOGITS_INLINE void add(typename V::Mask64 mask) { add(mask, 1, 8); }
  LOGITS_INLINE void add(typename V::Mask64 mask, int times, int count) {
    const auto all = V::select(mask, V::broadcast(static_cast<double>(times)), V::zero());
    lanes = V::add(lanes, count == 8 ? all : keep_first<V>(all, count));
  }
  LOGITS_INLINE int64_t total() const { return static_cast<int64_t>(fold_lanes<V>(lanes)); }
};

// What a scan looks for. Classes below `split` count where they are not below the target's logit,
// the others where they are above it.
template <class A>
struct ScanRequest {
  bool ranks;
  int64_t split;
  int64_t top;
  TopEntry<typename A::Lane>* entries;
};

// Results mean something in rows without NaN; in all others they are some class all the same.
template <class R>
class Scan {
  using A = typename R::Arithmetic;
  using V = typename A::Set;
  using Vector = typename A::Vector;
  using Lane = typename A::Lane;

 public:
  LOGITS_INLINE Scan(const ScanRequest<A>& request, double target)
      : ranks_(request.ranks),
        split_(request.split),
        target_(V::broadcast(static_cast<Lane>(target))),
        top_(request.entries, request.top) {}

  // Elements first .. first + count - 1, count <= 64, in ascending order.
  LOGITS_INLINE void add_group(const R& row, int64_t first, int64_t count) {
    if (count == kGroup && (first + kGroup <= split_ || first >= split_)) {
      add_whole(row, first);
    } else {
      add_part(row, first, static_cast<int>(count));
    }
  }

  // The first class of those with the largest element.
  LOGITS_INLINE int64_t first_of_largest(const R& row, int64_t classes) const {
    Lane values[A::kLanes];
    Lane groups[A::kLanes];
    V::store(values, largest_);
    V::store(groups, group_);
    Lane largest = values[0];
    Lane group = groups[0];
    for (int i = 1; i < A::kLanes; ++i) {
      const bool is_first = values[i] > largest || (values[i] == largest && groups[i] < group);
      largest = is_first ? values[i] : largest;
      group = is_first ? groups[i] : group;
    }
    const int64_t at = static_cast<int64_t>(group) * kGroup;
    return at + find_max(row.from(at), classes - at, static_cast<double>(largest));
  }

  // From 1 on.
  LOGITS_INLINE int64_t rank(int64_t classes) const {
    const int64_t not_below = split_ - below_.total();
    return not_below + above_.total() + (split_ == classes ? 0 : 1);
  }

  LOGITS_INLINE TopClasses<A>& top() { return top_; }

 private:
  LOGITS_INLINE void add_whole(const R& row, int64_t first) {
    constexpr int kVectors = kGroup / A::kLanes;
    Vector v[kVectors];
    for (int k = 0; k < kVectors; ++k) v[k] = row.load(first + A::kLanes * k);
    if (ranks_ && first >= split_) {
      for (const Vector& x : v) above_.add(V::greater(x, target_));
    } else if (ranks_) {
      for (const Vector& x : v) below_.add(V::greater(target_, x));
    }
    Vector most = v[0];
    for (int k = 1; k < kVectors; ++k) most = V::max(most, v[k]);
    add_largest(most, first);
    if (!top_.is_wanted() || top_.has_none_in(most)) return;
    for (int k = 0; k < kVectors; ++k) offer(v[k], first + A::kLanes * k, A::kLanes);
  }

  LOGITS_OUTLINE void add_part(const R& row, int64_t first, int count) {
    for (int at = 0; at < count; at += A::kLanes) {
      const int lanes = count - at < A::kLanes ? count - at : A::kLanes;
      const Vector v = row.load(first + at, lanes);
      if (ranks_) {
        const int64_t before = split_ - first - at;
        const int below = before < 0 ? 0 : before < lanes ? static_cast<int>(before) : lanes;
        const auto is_above = V::greater(v, target_);
        below_.add(V::greater(target_, v), 1, below);
        above_.add(is_above, 1, lanes);
        above_.add(is_above, -1, below);
      }
      add_largest(v, first);
      if (top_.is_wanted()) offer(v, first + at, lanes);
    }
  }

  LOGITS_INLINE void add_largest(Vector v, int64_t first) {
    const auto is_larger = V::greater(v, largest_);
    const auto group = V::broadcast(static_cast<Lane>(first / kGroup));
    group_ = select_where<V>(is_larger, group, group_);
    largest_ = V::max(v, largest_);
  }

  LOGITS_OUTLINE void offer(Vector v, int64_t first, int count) {
    if (top_.has_none_in(v)) return;
    Lane lanes[A::kLanes];
    V::store(lanes, v);
    for (int i = 0; i < count; ++i) top_.offer(lanes[i], first + i);
  }

  bool ranks_;
  int64_t split_;
  Vector target_;
  Vector largest_ = V::broadcast(-A::infinity());
  Vector group_ = V::broadcast(Lane{0});  // each lane's first one with its largest
  Tally<A> above_;
  Tally<A> below_;
  TopClasses<A> top_;
};

}  // namespace logits
