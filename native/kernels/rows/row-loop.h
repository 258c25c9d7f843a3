// The walk over an input: which arithmetic it asks for, and the order of rows. Float32 and
// half-precision elements without a soft cap, and with a temperature between 2^-60 and 2^60, are
// computed in Single; all others in Double. Sets that do not inline have the kinds of rows alone
// that stand in for the others: half of the code.
//
// Single takes rows together that are short and follow each other (stack.h), or that lie side by
// side (panel.h); all others come one by one, as does a short row that is alone: most of a stack's
// work is as much for one row as for sixteen.
#pragma once

#include <cstdint>
#include <type_traits>

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

// Where the results of a row R of an input go.
template <class R>
LOGITS_INLINE typename R::Results sink_of(const Output& out, const Input& input,
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

// The rows of an input in Double.
template <class V, class E = void, bool Scaled = true>
LOGITS_INLINE Rows<DoubleRow<V, E, Scaled>> double_rows(const Input& input) {
  return {input, double_scale<V>(input.temperature)};
}

// on_rows(a, b), the Rows in Double of two inputs of one shape, of one kind.
template <class V, class OnRows>
LOGITS_INLINE void with_double_rows(const Input& a, const Input& b, OnRows on_rows) {
  const auto both = [&](Element element) {
    return a.element == element && b.element == element && a.layout.inner == 1 && a.softcap == 0 &&
           b.softcap == 0;
  };
  const bool is_scaled = a.temperature != 1 || b.temperature != 1;
  if constexpr (V::kInlines) {
    if (both(Element::float32) && is_scaled) {
      return on_rows(double_rows<V, float, true>(a), double_rows<V, float, true>(b));
    }
    if (both(Element::float32)) {
      return on_rows(double_rows<V, float, false>(a), double_rows<V, float, false>(b));
    }
    if (both(Element::float64) && !is_scaled) {
      return on_rows(double_rows<V, double, false>(a), double_rows<V, double, false>(b));
    }
  }
  on_rows(double_rows<V>(a), double_rows<V>(b));
}

// on_rows(rows, batch) for the rows of a share.
template <class V, class R, class OnRows>
LOGITS_INLINE void walk_rows(const Rows<R>& rows, const Share& share, OnRows on_rows) {
  for_each_batch<V>(rows.input.layout, share, kStackRows,
                    [&](const Batch& batch) { on_rows(rows, batch); });
}

// The most classes of a row in a stack.
static constexpr int64_t kMostStackClasses = 1024;

template <Access Kind>
using KindOf = std::integral_constant<Access, Kind>;

// walk for rows in Single.
template <class V, Access Kind, class OnBundle, class OnRows>
LOGITS_INLINE void walk_floats(const Input& input, const Share& share, bool keeps_terms,
                               OnBundle on_bundle, OnRows on_rows) {
  const Layout& layout = input.layout;
  const Pair inverse = Single<V>::split(1 / input.temperature);
  if (layout.inner != 1) {
    for_each_batch<V>(layout, share, panels_rows(layout.classes), [&](const Batch& batch) {
      on_bundle(make_panels<V, Kind>(input, inverse, batch));
    });
  } else if (layout.classes <= kMostStackClasses && share.end - share.first > 1) {
    const int most = keeps_terms ? rows_in_scratch(layout.classes) : kStackRows;
    for_each_batch<V>(layout, share, most, [&](const Batch& batch) {
      on_bundle(make_stack<V, Kind>(input, inverse, batch));
    });
  } else {
    walk_rows<V>(Rows<FloatRow<V, Kind>>{input, inverse}, share, on_rows);
  }
}

// The rows of a share: on_bundle(bundle) for those that are solved together, on_rows(rows, batch)
// for the others, all that have no class among them. `keeps_terms` says whether the terms of a
// bundle are kept in scratch memory.
template <class V, class OnBundle, class OnRows>
LOGITS_INLINE void walk(const Input& input, const Share& share, bool keeps_terms,
                        OnBundle on_bundle, OnRows on_rows) {
  const bool moderate = input.temperature >= 0x1p-60 && input.temperature <= 0x1p60;
  const bool is_scaled = input.temperature != 1;
  const bool is_double = input.element == Element::float64 || input.softcap != 0 || !moderate ||
                         input.layout.classes == 0;
  const auto in_floats = [&](auto kind) {
    walk_floats<V, decltype(kind)::value>(input, share, keeps_terms, on_bundle, on_rows);
  };
  if constexpr (V::kInlines) {
    if (input.element == Element::float32 && !is_double) {
      return is_scaled ? in_floats(KindOf<Access::scaled>()) : in_floats(KindOf<Access::plain>());
    }
    if (input.element == Element::float64 && !is_scaled && input.softcap == 0 &&
        input.layout.inner == 1) {
      return walk_rows<V>(double_rows<V, double, false>(input), share, on_rows);
    }
  }
  if (is_double) return walk_rows<V>(double_rows<V>(input), share, on_rows);
  in_floats(KindOf<Access::typed>());
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
      on_row(row, sink_of<std::decay_t<decltype(row)>>(out, input, batch[i]));
    }
  });
  end_streams<V>(out.streams);
}

}  // namespace logits
