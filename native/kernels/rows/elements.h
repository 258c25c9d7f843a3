// A row's elements in memory, as lanes; and the memory that results go to.
//
// Each arithmetic has its rows: FloatRow for Single, DoubleRow for Double, of several kinds (Access
// in reference.h). A row offers
//   Arithmetic                  Single or Double
//   load(at), load(at, count)   lanes of the arithmetic, before the temperature; a vector's lanes
//                               from `count` on repeat one of those before
//   prefetch(at, count)         says that those are read now, and that others behind them will be
//   load_doubles(at, count)     eight of them in float64
//   value(at)                   one of them
//   from(at)                    the row from that element on
//   of(input, inverse, offset)  the row whose first element is the input's at that offset
//   inverse, is_scaled()        1 / temperature; whether that is not 1
//   Results                     where results laid out as the row go
//   kAccess, general()          its kind; the same row of a kind that is neither plain nor scaled
//   scaled(x)                   x / temperature
//   slope(at, count)            the derivative of eight of them by the numbers in memory, without
//                               that of the temperature
#pragma once

#include <cstdint>
#include <type_traits>

#include "../../kernel-table.h"
#include "../../platform/force-inline.h"
#include "../math/exp-double.h"
#include "../math/exp.h"
#include "../math/lanes.h"

namespace logits {

LOGITS_INLINE const void* moved(const void* data, Element element, int64_t elements) {
  return static_cast<const char*>(data) + elements * size_of(element);
}

// Asks for what lies 8 KiB behind the first `bytes` at p. The processor's own prefetching falls
// behind where a second stream, of terms or results, is written beside the logits that it reads:
// twice the time a row from memory, measured on Zen 5. Nearer is too late, farther no better.
template <class V>
LOGITS_INLINE void prefetch_ahead(const void* p, int64_t bytes) {
  static constexpr int64_t kLine = 64;
  const char* ahead = static_cast<const char*>(p) + 8192;
  for (int64_t i = 0; i < bytes; i += kLine) V::prefetch(ahead + i);
}

// of(p), p being a pointer to elements of their type.
template <class Of>
LOGITS_INLINE auto with_elements(const void* p, Element element, Of of) {
  switch (element) {
    case Element::float64:
      return of(static_cast<const double*>(p));
    case Element::float16:
      return of(static_cast<const Float16*>(p));
    case Element::bfloat16:
      return of(static_cast<const BFloat16*>(p));
    default:
      return of(static_cast<const float*>(p));
  }
}

// Fewer than eight elements that are neighbours in memory; one of them is repeated behind them.
template <class V>
LOGITS_INLINE typename V::F64 load_few(const double* p, int count) {
  return V::load(p, count);
}
template <class V>
LOGITS_INLINE typename V::F64 load_few(const float* p, int count) {
  return V::widen_low(V::load(p, V::first(count), V::broadcast(*p)));
}
template <class V, class Half>
LOGITS_INLINE typename V::F64 load_few(const Half* p, int count) {
  return V::widen_low(V::load_first(p, count));
}

// Eight of the elements p[0], p[stride], ..., as load(at, count) of a row gives them.
template <class V, class E>
LOGITS_INLINE typename V::F64 load_8(const E* p, int64_t stride, int count) {
  if (stride == 1) return count == 8 ? V::load_8(p) : load_few<V>(p, count);
  E lanes[8];
  gather<V>(lanes, p, stride, count);
  return V::load_8(static_cast<const E*>(lanes));
}

template <class V>
LOGITS_INLINE double value_of(double x) {
  return x;
}
template <class V>
LOGITS_INLINE double value_of(const Float16& x) {
  return static_cast<double>(V::widen(x));
}
template <class V>
LOGITS_INLINE double value_of(const BFloat16& x) {
  return static_cast<double>(float_of<V>(static_cast<uint32_t>(x.bits) << 16));
}

// Sixteen half-precision elements; with `count` as many, one of them repeated behind them.
template <class V>
LOGITS_INLINE typename V::F32 load_half_inline(const void* p, Element element) {
  return element == Element::float16 ? V::load(static_cast<const Float16*>(p))
                                     : V::load(static_cast<const BFloat16*>(p));
}
template <class V>
LOGITS_OUTLINE typename V::F32 load_half_outline(const void* p, Element element) {
  return load_half_inline<V>(p, element);
}
template <class V>
LOGITS_INLINE typename V::F32 load_half(const void* p, Element element) {
  if constexpr (V::kInlines) return load_half_inline<V>(p, element);
  return load_half_outline<V>(p, element);
}
template <class V>
LOGITS_INLINE typename V::F32 load_half(const void* p, Element element, int count) {
  return element == Element::float16 ? V::load_first(static_cast<const Float16*>(p), count)
                                     : V::load_first(static_cast<const BFloat16*>(p), count);
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
LOGITS_INLINE void store_at(T* p, int64_t stride, typename A::Vector v, int count) {
  using V = typename A::Set;
  v = with_one_nan<V>(v);
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
template <class V, class T>
struct Sink {
  T* data;
  bool streams;

  static LOGITS_INLINE Sink of(const Output& out, int64_t offset, const Input&) {
    return {static_cast<T*>(out.data) + offset, out.streams};
  }
  // Elements before the first one at a multiple of 64 bytes, from `at` on.
  LOGITS_INLINE int64_t until_aligned(int64_t at) const {
    return static_cast<int64_t>((0 - reinterpret_cast<uintptr_t>(data + at)) / sizeof(T) % 16);
  }
  LOGITS_INLINE void stream(int64_t at, typename V::F32 v) const { V::stream(data + at, v); }
  LOGITS_INLINE void store(int64_t at, typename V::F32 v, int count) const {
    store_at<Single<V>>(data + at, 1, v, count);
  }
  LOGITS_INLINE void store(int64_t at, typename V::F64 v, int count) const {
    store_at<Double<V>>(data + at, 1, v, count);
  }
  LOGITS_INLINE void store(int64_t at, double x) const {
    data[at] = static_cast<T>(with_one_nan<V>(x));
  }
};

// The same of any type, at any distance.
template <class V>
struct Sink<V, void> {
  void* data;
  bool is_double;
  int64_t stride;

  static LOGITS_INLINE Sink of(const Output& out, int64_t offset, const Input& input) {
    const bool is_double = has_double_results(input.element);
    return {static_cast<char*>(out.data) + offset * (is_double ? 8 : 4), is_double,
            input.layout.inner};
  }
  LOGITS_INLINE void store(int64_t at, typename V::F32 v, int count) const {
    store_at<Single<V>>(static_cast<float*>(data) + at * stride, stride, v, count);
  }
  LOGITS_INLINE void store(int64_t at, typename V::F64 v, int count) const {
    if (is_double) {
      store_at<Double<V>>(static_cast<double*>(data) + at * stride, stride, v, count);
    } else {
      store_at<Double<V>>(static_cast<float*>(data) + at * stride, stride, v, count);
    }
  }
  LOGITS_INLINE void store(int64_t at, double x) const {
    if (is_double) {
      Sink<V, double>{static_cast<double*>(data), false}.store(at * stride, x);
    } else {
      Sink<V, float>{static_cast<float*>(data), false}.store(at * stride, x);
    }
  }
};

// Elements in Single: float32 ones, where the kind is plain or scaled; else half precision, too.
template <class V, Access Kind>
struct FloatRow {
  using Arithmetic = Single<V>;
  using Results = Sink<V, std::conditional_t<Kind == Access::strided, void, float>>;
  static constexpr Access kAccess = Kind;
  static constexpr bool kIsFloat = Kind == Access::plain || Kind == Access::scaled;
  using General = FloatRow<V, kIsFloat ? Access::typed : Kind>;

  const void* data;
  Element element;
  int64_t stride;
  Pair inverse;

  static LOGITS_INLINE FloatRow of(const float* data) {
    return {data, Element::float32, 1, {1, 0}};
  }
  static LOGITS_INLINE FloatRow of(const Input& input, const Pair& inverse, int64_t offset) {
    const FloatRow first = {input.data, input.element, input.layout.inner, inverse};
    return first.moved_by(offset);
  }
  LOGITS_INLINE General general() const { return {data, element, stride, inverse}; }
  LOGITS_INLINE FloatRow from(int64_t at) const {
    return moved_by(Kind == Access::strided ? at * stride : at);
  }
  LOGITS_INLINE bool is_scaled() const { return is_scaled_by<Kind>(inverse); }
  LOGITS_INLINE void prefetch(int64_t at, int count) const {
    if (Kind == Access::strided) return;
    prefetch_ahead<V>(pointer(at), count * (kIsFloat ? 4 : size_of(element)));
  }
  LOGITS_INLINE typename V::F32 load(int64_t at) const {
    if constexpr (Kind == Access::strided) return load_strided(at, 16);
    return is_float() ? V::load(floats() + at) : load_half<V>(pointer(at), element);
  }
  LOGITS_INLINE typename V::F32 load(int64_t at, int count) const {
    return load(at, count, V::broadcast(static_cast<float>(value(at))));
  }
  // The lanes from `count` on hold `fill`, or repeat one of the others.
  LOGITS_INLINE typename V::F32 load(int64_t at, int count, typename V::F32 fill) const {
    if constexpr (Kind == Access::strided) return load_strided(at, count);
    return is_float() ? V::load(floats() + at, V::first(count), fill)
                      : load_half<V>(pointer(at), element, count);
  }
  LOGITS_INLINE typename V::F64 load_doubles(int64_t at, int count) const {
    if (is_float()) return load_8<V>(floats() + at, 1, count);
    if constexpr (Kind == Access::strided) return load_strided_doubles(at, count);
    return element == Element::float16
               ? load_8<V>(static_cast<const Float16*>(data) + at, 1, count)
               : load_8<V>(static_cast<const BFloat16*>(data) + at, 1, count);
  }
  LOGITS_INLINE double value(int64_t at) const {
    const int64_t i = Kind == Access::strided ? at * stride : at;
    if (kIsFloat || element == Element::float32) return static_cast<double>(floats()[i]);
    return element == Element::float16 ? value_of<V>(static_cast<const Float16*>(data)[i])
                                       : value_of<V>(static_cast<const BFloat16*>(data)[i]);
  }
  LOGITS_INLINE Pair scaled(double x) const {
    return is_scaled() ? Arithmetic::quotient(x, inverse) : Pair{x, 0};
  }
  LOGITS_INLINE typename V::F64 slope(int64_t, int) const { return V::broadcast(1.0); }

 private:
  // Whether they are float32, and neighbours in memory.
  LOGITS_INLINE bool is_float() const {
    return kIsFloat || (Kind == Access::typed && element == Element::float32);
  }
  LOGITS_INLINE const float* floats() const { return static_cast<const float*>(data); }
  LOGITS_INLINE const void* pointer(int64_t at) const { return from(at).data; }
  LOGITS_INLINE FloatRow moved_by(int64_t elements) const {
    return {kIsFloat ? floats() + elements : moved(data, element, elements), element, stride,
            inverse};
  }
  LOGITS_OUTLINE typename V::F32 load_strided(int64_t at, int count) const {
    float lanes[16];
    for (int i = 0; i < 16; ++i) lanes[i] = static_cast<float>(value(i < count ? at + i : at));
    return V::load(static_cast<const float*>(lanes));
  }
  LOGITS_OUTLINE typename V::F64 load_strided_doubles(int64_t at, int count) const {
    double lanes[8];
    for (int i = 0; i < 8; ++i) lanes[i] = value(i < count ? at + i : at);
    return V::load(static_cast<const double*>(lanes));
  }
};

}  // namespace logits
