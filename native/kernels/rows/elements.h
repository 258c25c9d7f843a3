// A row's elements in memory, as lanes; and the memory that results go to.
//
// Kernels are templates over the kind of row:
//   Arithmetic                  Single or Double
//   Results                     where results laid out as the row go
//   kScaled                     whether a temperature divides the elements (within scaled_exp)
//   load(at), load(at, count)   lanes of the arithmetic, before the temperature; a vector's lanes
//                               from `count` on repeat one of those before
//   prefetch(at, count)         says that those are read now, and that others behind them will be
//   load_doubles(at, count)     eight of them in float64
//   value(at)                   one of them
//   from(at)                    the row from that element on
//   of(input, inverse, offset)  the row whose first element is the input's at that offset
//   inverse                     1 / temperature
//   scaled(x)                   x / temperature
//   slope(at, count)            the derivative of eight of them by the numbers in memory, without
//                               that of the temperature
#pragma once

#include <cstdint>

#include "../../kernel-table.h"
#include "../../platform/force-inline.h"
#include "../math/exp-double.h"
#include "../math/exp.h"
#include "../math/lanes.h"

namespace logits {

LOGITS_INLINE const void* moved(const void* data, Element element, int64_t elements) {
  return static_cast<const char*>(data) + elements * size_of(element);
}

// Asks for what lies 8 KiB behind `count` elements at p. The processor's own prefetching falls
// behind where a second stream, of terms or results, is written beside the logits that it reads:
// twice the time a row from memory, measured on Zen 5. Nearer is too late, farther no better.
template <class V, class E>
LOGITS_INLINE void prefetch_ahead(const E* p, int count) {
  static constexpr int64_t kLine = 64;
  const char* ahead = reinterpret_cast<const char*>(p) + 8192;
  for (int64_t i = 0; i < count * static_cast<int64_t>(sizeof(E)); i += kLine) {
    V::prefetch(ahead + i);
  }
}

template <class E>
static constexpr bool kIsFloat = sizeof(E) == sizeof(float);  // no other element has its size

// Fewer than eight elements that are neighbours in memory; one of them is repeated behind them.
template <class V, class E>
LOGITS_INLINE typename V::F64 load_few(const E* p, int count) {
  if constexpr (kIsFloat<E>) {
    return V::widen_low(V::load(p, V::first(count), V::broadcast(*p)));
  } else if constexpr (sizeof(E) == sizeof(double)) {
    return V::load(p, count);
  } else {
    return V::widen_low(V::load_first(p, count));
  }
}

// Eight of the elements p[0], p[stride], ..., as load(at, count) gives them.
template <class V, class E>
LOGITS_INLINE typename V::F64 load_8(const E* p, int64_t stride, int count) {
  if (stride == 1) return count == 8 ? V::load_8(p) : load_few<V>(p, count);
  E lanes[8];
  gather<V>(lanes, p, stride, count);
  return V::load_8(static_cast<const E*>(lanes));
}

template <class V>
LOGITS_INLINE double value_of(const double& x) {
  return x;
}
template <class V>
LOGITS_INLINE double value_of(const float& x) {
  return static_cast<double>(x);
}
template <class V>
LOGITS_INLINE double value_of(const Float16& x) {
  return static_cast<double>(V::widen(x));
}
template <class V>
LOGITS_INLINE double value_of(const BFloat16& x) {
  return static_cast<double>(float_of<V>(static_cast<uint32_t>(x.bits) << 16));
}

// `count` elements as float32 lanes; those behind them hold `fill`, or repeat one of these.
template <class V, class E>
LOGITS_INLINE typename V::F32 load_first(const E* p, int count, typename V::F32 fill) {
  if constexpr (kIsFloat<E>) {
    return V::load(p, V::first(count), fill);
  } else {
    return V::load_first(p, count);
  }
}

// The one NaN that results hold, in place of any that float64 arithmetic may have made.
template <class V>
LOGITS_INLINE typename V::F32 with_one_nan(typename V::F32 v) {
  return v;
}
template <class V>
LOGITS_INLINE typename V::F64 with_one_nan(typename V::F64 v) {
  return V::select(V::equal(v, v), v, V::broadcast(double_of<V>(kNanBitsF64)));
}
template <class V>
LOGITS_INLINE double with_one_nan(double x) {
  return x == x ? x : double_of<V>(kNanBitsF64);
}

// The first `count` lanes of v to p[0], p[stride], ...
template <class A, class T>
LOGITS_INLINE void store_strided(T* p, int64_t stride, typename A::Vector v, int count) {
  using V = typename A::Set;
  if (stride == 1 && count == A::kLanes) {
    store_all<V>(p, v);
  } else if (stride == 1) {
    store_first<V>(p, v, count);
  } else {
    T lanes[A::kLanes];
    store_all<V>(lanes, v);
    for (int i = 0; i < count; ++i) p[i * stride] = lanes[i];
  }
}

// Where a row of results goes that are neighbours in memory, T being float or double.
template <class A, class T>
struct ContiguousSink {
  using V = typename A::Set;
  static constexpr bool kStreams = V::kStreams && A::kLanes == 16;
  T* data;
  bool streams;

  static LOGITS_INLINE ContiguousSink of(const Output& out, int64_t offset, const Input&) {
    return {static_cast<T*>(out.data) + offset, out.streams};
  }
  // Elements before the first one at a multiple of 64 bytes, from `at` on.
  LOGITS_INLINE int64_t until_aligned(int64_t at) const {
    return static_cast<int64_t>((0 - reinterpret_cast<uintptr_t>(data + at)) / sizeof(T) % 16);
  }
  LOGITS_INLINE void stream(int64_t at, typename V::F32 v) const { V::stream(data + at, v); }
  LOGITS_INLINE void store(int64_t at, typename A::Vector v, int count) const {
    store_strided<A>(data + at, 1, with_one_nan<V>(v), count);
  }
  LOGITS_INLINE void store(int64_t at, double x) const {
    data[at] = static_cast<T>(with_one_nan<V>(x));
  }
};

template <class V>
using F32Sink = ContiguousSink<Single<V>, float>;

// Where a row of results goes: any type, at any distance.
template <class V>
struct Sink {
  static constexpr bool kStreams = false;
  void* data;
  bool is_double;
  int64_t stride;

  static LOGITS_INLINE Sink of(const Output& out, int64_t offset, const Input& input) {
    const bool is_double = has_double_results(input.element);
    return {static_cast<char*>(out.data) + offset * (is_double ? 8 : 4), is_double,
            input.layout.inner};
  }
  LOGITS_INLINE void store(int64_t at, typename V::F32 v, int count) const {
    store_strided<Single<V>>(static_cast<float*>(data) + at * stride, stride, v, count);
  }
  LOGITS_INLINE void store(int64_t at, typename V::F64 v, int count) const {
    v = with_one_nan<V>(v);
    if (is_double) {
      store_strided<Double<V>>(static_cast<double*>(data) + at * stride, stride, v, count);
    } else {
      store_strided<Double<V>>(static_cast<float*>(data) + at * stride, stride, v, count);
    }
  }
  LOGITS_INLINE void store(int64_t at, double x) const {
    x = with_one_nan<V>(x);
    if (is_double) {
      static_cast<double*>(data)[at * stride] = x;
    } else {
      static_cast<float*>(data)[at * stride] = static_cast<float>(x);
    }
  }
};

// Elements that are neighbours in memory: in Single float32 or half-precision ones, in Double
// float32 or float64 ones.
template <class A, class E, bool Scaled>
struct ContiguousRow {
  using Arithmetic = A;
  using V = typename A::Set;
  using Results = ContiguousSink<A, typename A::template Result<E>>;
  static constexpr bool kScaled = Scaled;

  const E* data;
  Pair inverse;

  static LOGITS_INLINE ContiguousRow of(const Input& input, const Pair& inverse, int64_t offset) {
    return {static_cast<const E*>(input.data) + offset, inverse};
  }
  LOGITS_INLINE ContiguousRow from(int64_t at) const { return {data + at, inverse}; }
  LOGITS_INLINE void prefetch(int64_t at, int count) const { prefetch_ahead<V>(data + at, count); }
  LOGITS_INLINE typename A::Vector load(int64_t at) const {
    if constexpr (A::kLanes == 8) {
      return V::load_8(data + at);
    } else {
      return V::load(data + at);
    }
  }
  LOGITS_INLINE typename A::Vector load(int64_t at, int count) const {
    if constexpr (A::kLanes == 8) {
      return load_doubles(at, count);
    } else {
      return load(at, count, V::broadcast(static_cast<float>(value(at))));
    }
  }
  // The lanes from `count` on hold `fill`, or repeat one of the others.
  LOGITS_INLINE typename V::F32 load(int64_t at, int count, typename V::F32 fill) const {
    return load_first<V>(data + at, count, fill);
  }
  LOGITS_INLINE typename V::F64 load_doubles(int64_t at, int count) const {
    return load_8<V>(data + at, 1, count);
  }
  LOGITS_INLINE double value(int64_t at) const { return value_of<V>(data[at]); }
  LOGITS_INLINE Pair scaled(double x) const {
    return Scaled ? A::quotient(x, inverse) : Pair{x, 0};
  }
  LOGITS_INLINE typename V::F64 slope(int64_t, int) const { return V::broadcast(1.0); }
};

template <class V, class E, bool Scaled>
using F32Row = ContiguousRow<Single<V>, E, Scaled>;
template <class V, class E, bool Scaled>
using F64Row = ContiguousRow<Double<V>, E, Scaled>;

// Elements of such a type in Single, at any distance.
template <class V, bool Scaled>
struct StridedF32Row {
  using Arithmetic = Single<V>;
  using Results = Sink<V>;
  static constexpr bool kScaled = Scaled;

  const void* data;
  Element element;
  int64_t stride;
  Pair inverse;

  static LOGITS_INLINE StridedF32Row of(const Input& input, const Pair& inverse, int64_t offset) {
    return {moved(input.data, input.element, offset), input.element, input.layout.inner, inverse};
  }
  LOGITS_INLINE StridedF32Row from(int64_t at) const {
    return {moved(data, element, at * stride), element, stride, inverse};
  }
  LOGITS_INLINE void prefetch(int64_t, int) const {}
  LOGITS_INLINE typename V::F32 load(int64_t at) const { return load(at, 16); }
  LOGITS_OUTLINE typename V::F32 load(int64_t at, int count) const {
    float lanes[16];
    for (int i = 0; i < 16; ++i) lanes[i] = static_cast<float>(value(i < count ? at + i : at));
    return V::load(static_cast<const float*>(lanes));
  }
  LOGITS_INLINE typename V::F64 load_doubles(int64_t at, int count) const {
    double lanes[8];
    for (int i = 0; i < 8; ++i) lanes[i] = value(i < count ? at + i : at);
    return V::load(static_cast<const double*>(lanes));
  }
  LOGITS_INLINE double value(int64_t at) const {
    const void* p = moved(data, element, at * stride);
    if (element == Element::float32) return value_of<V>(*static_cast<const float*>(p));
    if (element == Element::float16) return value_of<V>(*static_cast<const Float16*>(p));
    return value_of<V>(*static_cast<const BFloat16*>(p));
  }
  LOGITS_INLINE Pair scaled(double x) const {
    return Scaled ? Arithmetic::quotient(x, inverse) : Pair{x, 0};
  }
  LOGITS_INLINE typename V::F64 slope(int64_t, int) const { return V::broadcast(1.0); }
};

}  // namespace logits
