// What is read off a row's elements beside their exponentials, in the same look at them: the first
// of the largest, how many are above the target, the k largest.
#pragma once

#include <cstdint>

#include "../../platform/force-inline.h"
#include "../math/lanes.h"
#include "../rows/row.h"
#include "top-classes.h"

namespace logits {

// How often a mask was set, in all lanes.
template <class A>
struct Tally;

template <class V>
struct Tally<Single<V>> {
  typename V::I32 lanes = V::broadcast_bits(0);

  LOGITS_INLINE void add(typename V::Mask mask) { lanes = V::count(lanes, mask); }
  // Adds `times` for each of the first `count` lanes that are set.
  LOGITS_INLINE void add(typename V::Mask mask, int times, int count) {
    const auto all = V::keep(mask, V::from_bits(V::broadcast_bits(static_cast<uint32_t>(times))));
    lanes = V::add(lanes, V::bits(keep_first<V>(all, count)));
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
  typename A::Lane target;
  bool ranks;
  int64_t split;
  int64_t top;
  TopEntry<typename A::Lane>* entries;
  // Room for a vector of the largest elements of each whole group; null where there is none.
  typename A::Lane* maxima;
};

// What a scan has found so far, in registers while it goes on.
template <class A>
struct ScanLanes {
  using V = typename A::Set;
  typename A::Vector largest = V::broadcast(-A::infinity());
  // The first group of 64 with each lane's largest.
  typename A::Vector group = V::broadcast(typename A::Lane{0});
  // The group at hand.
  typename A::Vector number = V::broadcast(typename A::Lane{0});
  Tally<A> above = {};
  Tally<A> below = {};

  LOGITS_INLINE void add_largest(typename A::Vector v) {
    group = select_where<V>(V::greater(v, largest), number, group);
    largest = V::max(v, largest);
  }
  LOGITS_INLINE void end_group() { number = V::add(number, V::broadcast(typename A::Lane{1})); }
};

template <class A>
LOGITS_INLINE typename A::Lane* maxima_of(const ScanRequest<A>& request, int64_t first) {
  return request.maxima + first / kGroup * A::kLanes;
}

// The elements of a group that is not whole, or in which ranks change their rule.
template <class R, class A = typename R::Arithmetic>
LOGITS_OUTLINE ScanLanes<A> scan_part(const R& row, int64_t first, int count,
                                      const ScanRequest<A>& request, ScanLanes<A> lanes) {
  using V = typename A::Set;
  const auto target = V::broadcast(request.target);
  auto most = V::broadcast(-A::infinity());
  for (int at = 0; at < count; at += A::kLanes) {
    const int present = count - at < A::kLanes ? count - at : A::kLanes;
    const auto v = row.load(first + at, present);
    if (request.ranks) {
      const int64_t before = request.split - first - at;
      const int below = before < 0 ? 0 : before < present ? static_cast<int>(before) : present;
      const auto is_above = V::greater(v, target);
      lanes.below.add(V::greater(target, v), 1, below);
      lanes.above.add(is_above, 1, present);
      lanes.above.add(is_above, -1, below);
    }
    lanes.add_largest(v);
    most = V::max(most, v);
  }
  if (request.maxima && count == kGroup) V::store(maxima_of(request, first), most);
  return lanes;
}

// A whole group, all of it before or behind the split.
template <class R, class A = typename R::Arithmetic>
LOGITS_INLINE void scan_group(const R& row, int64_t first, const ScanRequest<A>& request,
                              ScanLanes<A>& lanes) {
  using V = typename A::Set;
  constexpr int kVectors = kGroup / A::kLanes;
  typename A::Vector v[kVectors];
  for (int k = 0; k < kVectors; ++k) v[k] = row.load(first + A::kLanes * k);
  if (request.ranks) {
    const auto target = V::broadcast(request.target);
    if (first >= request.split) {
      for (const auto& x : v) lanes.above.add(V::greater(x, target));
    } else {
      for (const auto& x : v) lanes.below.add(V::greater(target, x));
    }
  }
  auto most = v[0];
  for (int k = 1; k < kVectors; ++k) most = V::max(most, v[k]);
  lanes.add_largest(most);
  if (request.maxima) V::store(maxima_of(request, first), most);
}

// A GroupObserver (row.h) that scans. Its results mean something in rows without NaN; in others
// they are in their ranges all the same.
template <class R>
class Scan {
  using A = typename R::Arithmetic;
  using V = typename A::Set;
  using Lane = typename A::Lane;

 public:
  static constexpr bool kSeesNothing = false;

  LOGITS_INLINE explicit Scan(const ScanRequest<A>& request)
      : request_(request), top_(request.entries, request.top) {}

  LOGITS_INLINE void add_group(const R& row, int64_t first, int64_t count, int64_t) {
    add_group(row, first, count, found_);
  }

  // The scan of a row by itself.
  LOGITS_INLINE void run(const R& row, int64_t classes) {
    ScanLanes<A> lanes;  // in registers
    for (int64_t at = 0; at < classes; at += kGroup) {
      add_group(row, at, classes - at < kGroup ? classes - at : kGroup, lanes);
    }
    found_ = lanes;
  }

  // The first class of those with the largest element.
  LOGITS_INLINE int64_t first_of_largest(const R& row, int64_t classes) const {
    Lane values[A::kLanes];
    Lane groups[A::kLanes];
    V::store(values, found_.largest);
    V::store(groups, found_.group);
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
    const int64_t not_below = request_.split - found_.below.total();
    return not_below + found_.above.total() + (request_.split == classes ? 0 : 1);
  }

  LOGITS_INLINE bool wants_top() const { return request_.top > 0; }

  // The largest elements in order, from the groups that may have one.
  LOGITS_OUTLINE TopClasses<A>& find_top(const R& row, int64_t classes) {
    if (request_.maxima) find_least(classes / kGroup);
    for (int64_t first = 0; first < classes; first += kGroup) {
      const bool is_whole = classes - first >= kGroup;
      if (is_whole && request_.maxima) {
        const auto most = V::load(static_cast<const Lane*>(maxima_of(request_, first)));
        if (V::all(top_.lesser_than_all(most))) continue;
      }
      const int64_t end = is_whole ? first + kGroup : classes;
      for (int64_t at = first; at < end; at += A::kLanes) {
        const int lanes = end - at < A::kLanes ? static_cast<int>(end - at) : A::kLanes;
        top_.offer(row.load(at, lanes), at, lanes);
      }
    }
    top_.sort();
    return top_;
  }

 private:
  LOGITS_INLINE void add_group(const R& row, int64_t first, int64_t count,
                               ScanLanes<A>& lanes) const {
    const int64_t split = request_.split;
    if (count == kGroup && (first + kGroup <= split || first >= split)) {
      scan_group(row, first, request_, lanes);
    } else {
      lanes = scan_part(row, first, static_cast<int>(count), request_, lanes);
    }
    lanes.end_group();
  }

  // The k-th largest of some elements is no more than that of all: here the largest in each lane of
  // a few stretches of the row.
  LOGITS_INLINE void find_least(int64_t groups) {
    const int64_t stretches = 2 * ((request_.top - 1) / A::kLanes + 1);
    const int64_t step = groups / stretches + 1;
    for (int64_t first = 0; first < groups; first += step) {
      const int64_t end = groups - first < step ? groups : first + step;
      auto most = V::broadcast(-A::infinity());
      for (int64_t g = first; g < end; ++g) {
        most = V::max(most, V::load(static_cast<const Lane*>(request_.maxima + g * A::kLanes)));
      }
      top_.offer(most, 0, A::kLanes);
    }
    top_.start_from_least();
  }

  const ScanRequest<A> request_;
  TopClasses<A> top_;
  ScanLanes<A> found_;
};

}  // namespace logits
