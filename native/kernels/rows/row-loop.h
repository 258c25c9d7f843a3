// The walk over an input: which arithmetic and which kind of row it asks for, and the order of
// rows.
//
//   elements                    temperature        arithmetic, row
//   float32, float16, bfloat16  1                  Single
//                               2^-60 .. 2^60      Single, scaled
//   float64                     1                  Double
//                               any other          Double, scaled
//   any with a soft cap         any                Double, scaled
//   any                         any other          Double, scaled
//
// A set without kSpecialises leaves out kinds of rows that others can stand in for, more slowly:
// half of its code.
//
// Single takes rows together that are short and follow each other (stack.h), or that lie side by
// side (panel.h); all others come one by one, as does a short row that is alone: most of a stack's
// work is as much for one row as for sixteen.
#pragma once

#include <cstdint>

#include "../../kernel-table.h"
#include "../../platform/force-inline.h"
#include "bundle.h"
#include "double-elements.h"
#include "elements.h"
#include "panel.h"
#include "stack.h"

namespace logits {

// The rows of an input, each as an R.
template <class R>
struct Rows {
  using Row = R;
  const Input& input;
  Pair inverse;

  LOGITS_INLINE R operator[](const Place& place) const {
    return R::of(input, inverse, offset_of(place, input.layout.outer_stride));
  }
};

// Where the results of a row of an input go.
template <class R>
LOGITS_INLINE typename R::Results sink_of(const R&, const Output& out, const Input& input,
                                          const Place& place) {
  return R::Results::of(out, offset_of(place, out.outer_stride), input);
}

// The scratch memory as terms of a row, where they fit.
template <class R>
LOGITS_INLINE typename R::Arithmetic::Lane* scratch_for(float* scratch, int64_t classes) {
  using Lane = typename R::Arithmetic::Lane;
  const int64_t most = kScratchFloats * static_cast<int64_t>(sizeof(float) / 2) /
                       static_cast<int64_t>(sizeof(Lane) / 2);
  return classes <= most ? reinterpret_cast<Lane*>(scratch) : nullptr;
}

// on_batch(batch) for the rows of a share, at most so many in each.
template <class V, class OnBatch>
LOGITS_INLINE void for_each_batch(const Layout& layout, const Share& share, int most,
                                  OnBatch on_batch) {
  if (share.first == share.end) return;
  const bool along_inner = layout.inner != 1;
  const int64_t length = along_inner ? layout.inner : layout.outer;
  Place place =
      along_inner ? Place{share.first / length, share.first % length} : Place{share.first, 0};
  for (int64_t row = share.first; row < share.end;) {
    const int64_t in_line = along_inner ? length - place.inner : share.end;
    const int64_t left = share.end - row < in_line ? share.end - row : in_line;
    const int count = left < most ? static_cast<int>(left) : most;
    on_batch(Batch{place, row, count, along_inner});
    row += count;
    if (!along_inner) {
      place.outer = row;
    } else if (count == in_line) {
      place = {place.outer + 1, 0};
    } else {
      place.inner += count;
    }
  }
}

// on_row(place, number) for the rows of a share.
template <class V, class OnRow>
LOGITS_INLINE void for_each_row(const Layout& layout, const Share& share, OnRow on_row) {
  for_each_batch<V>(layout, share, kStackRows, [&](const Batch& batch) {
    for (int i = 0; i < batch.count; ++i) on_row(batch[i], batch.row + i);
  });
}

// 1 / temperature as the sum of two float64. (Where that is beyond float64, a large one separates
// logits as well.)
template <class V>
LOGITS_INLINE Pair double_scale(double temperature) {
  static constexpr double kLargestInverse = 0x1p1023;
  const double high = 1 / temperature;
  if (high > kLargestInverse) return {kLargestInverse, 0};
  const double rest =
      first_lane<V>(V::fma(V::broadcast(-high), V::broadcast(temperature), V::broadcast(1.0)));
  return {high, rest * high};
}

// The rows of an input, as an R of Double arithmetic.
template <class R>
LOGITS_INLINE Rows<R> double_rows(const Input& input) {
  return {input, double_scale<typename R::Arithmetic::Set>(input.temperature)};
}

// Whether an input's rows are F64Rows of E.
template <class E>
LOGITS_INLINE bool is_contiguous(const Input& input) {
  const Element element = kIsFloat<E> ? Element::float32 : Element::float64;
  return input.element == element && input.layout.inner == 1 && input.softcap == 0;
}

// on_rows(a, b), the Rows in Double of two inputs of one shape, of one kind.
template <class V, class OnRows>
LOGITS_INLINE void with_double_rows(const Input& a, const Input& b, OnRows on_rows) {
  const auto with = [&](auto row) {
    using R = decltype(row);
    on_rows(double_rows<R>(a), double_rows<R>(b));
  };
  const bool scaled = a.temperature != 1 || b.temperature != 1;
  if constexpr (!V::kSpecialises) {
    with(GenericRow<V>());
  } else if (is_contiguous<float>(a) && is_contiguous<float>(b)) {
    scaled ? with(F64Row<V, float, true>()) : with(F64Row<V, float, false>());
  } else if (is_contiguous<double>(a) && is_contiguous<double>(b)) {
    scaled ? with(F64Row<V, double, true>()) : with(F64Row<V, double, false>());
  } else {
    with(GenericRow<V>());
  }
}

// on_rows(rows, batch) for the rows of a share.
template <class V, class R, class OnRows>
LOGITS_INLINE void walk_rows(const Rows<R>& rows, const Share& share, OnRows on_rows) {
  for_each_batch<V>(rows.input.layout, share, kStackRows,
                    [&](const Batch& batch) { on_rows(rows, batch); });
}

// The same in Double.
template <class V, class OnRows>
LOGITS_INLINE void walk_doubles(const Input& input, const Share& share, OnRows on_rows) {
  const bool is_plain = input.element == Element::float64 && input.softcap == 0;
  if (!is_plain || input.temperature != 1) {
    walk_rows<V>(double_rows<GenericRow<V>>(input), share, on_rows);
  } else if (input.layout.inner == 1) {
    walk_rows<V>(double_rows<F64Row<V, double, false>>(input), share, on_rows);
  } else {
    walk_rows<V>(double_rows<StridedF64Row<V>>(input), share, on_rows);
  }
}

// The most classes of a row in a stack.
static constexpr int64_t kMostStackClasses = 1024;

// walk for rows in Single of elements E.
template <class V, class E, bool Scaled, class OnBundle, class OnRows>
LOGITS_INLINE void walk_singles(const Input& input, const Share& share, bool keeps_terms,
                                OnBundle on_bundle, OnRows on_rows) {
  using R = F32Row<V, E, Scaled>;
  const Layout& layout = input.layout;
  const Pair inverse = Scaled ? Single<V>::split(1 / input.temperature) : Pair{1, 0};
  if (layout.inner != 1) {
    for_each_batch<V>(layout, share, panels_rows(layout.classes), [&](const Batch& batch) {
      on_bundle(make_panels<V, E, Scaled>(input, inverse, batch));
    });
  } else if (layout.classes <= kMostStackClasses && share.end - share.first > 1) {
    const int most = keeps_terms ? rows_in_scratch(layout.classes) : kStackRows;
    for_each_batch<V>(layout, share, most,
                      [&](const Batch& batch) { on_bundle(make_stack<R>(input, inverse, batch)); });
  } else {
    walk_rows<V>(Rows<R>{input, inverse}, share, on_rows);
  }
}

template <class V, class E, class OnBundle, class OnRows>
LOGITS_INLINE void walk_elements(const Input& input, const Share& share, bool keeps_terms,
                                 OnBundle on_bundle, OnRows on_rows) {
  if (input.temperature == 1) {
    walk_singles<V, E, false>(input, share, keeps_terms, on_bundle, on_rows);
  } else {
    walk_singles<V, E, true>(input, share, keeps_terms, on_bundle, on_rows);
  }
}

// The rows of a share: on_bundle(bundle) for those that are solved together, on_rows(rows, batch)
// for the others, all that have no class among them. `keeps_terms` says whether the terms of a
// bundle are kept in scratch memory.
template <class V, class OnBundle, class OnRows>
LOGITS_INLINE void walk(const Input& input, const Share& share, bool keeps_terms,
                        OnBundle on_bundle, OnRows on_rows) {
  const bool moderate = input.temperature >= 0x1p-60 && input.temperature <= 0x1p60;
  const bool is_double = input.element == Element::float64 || input.softcap != 0 || !moderate;
  if (is_double || input.layout.classes == 0) {
    walk_doubles<V>(input, share, on_rows);
  } else if (input.element == Element::float32) {
    walk_elements<V, float>(input, share, keeps_terms, on_bundle, on_rows);
  } else if constexpr (!V::kSpecialises) {
    const Rows<StridedF32Row<V, true>> rows = {input, Single<V>::split(1 / input.temperature)};
    walk_rows<V>(rows, share, on_rows);
  } else if (input.element == Element::float16) {
    walk_elements<V, Float16>(input, share, keeps_terms, on_bundle, on_rows);
  } else {
    walk_elements<V, BFloat16>(input, share, keeps_terms, on_bundle, on_rows);
  }
}

// walk for an operation whose results are laid out as the input: on_row(row, sink) with where those
// of the row go.
template <class V, class OnBundle, class OnRow>
LOGITS_INLINE void walk(const Input& input, const Output& out, const Share& share, bool keeps_terms,
                        OnBundle on_bundle, OnRow on_row) {
  if (input.layout.classes == 0) return;  // however many rows of nothing there are
  walk<V>(input, share, keeps_terms, on_bundle, [&](const auto& rows, const Batch& batch) {
    for (int i = 0; i < batch.count; ++i) {
      const auto row = rows[batch[i]];
      on_row(row, sink_of(row, out, input, batch[i]));
    }
  });
  end_streams<V>(out.streams);
}

}  // namespace logits
