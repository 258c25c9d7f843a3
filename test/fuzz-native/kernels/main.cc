// Fuzzes the kernels: one call, drawn from the input, on every instruction set of the machine. The
// results must be the same bits on all of them, in one share or two, with a team, in place of the
// input, past the caches, and whatever stands in rows that are ignored and between rows; and within
// bounds of the definitions in long double. Memory around arrays is not to be touched (arrays.h).
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>

#include "../../../native/isa/dispatch.h"
#include "../../../native/platform/floating-point-state.h"
#include "problem.h"

namespace {

using namespace fuzz;
using logits::Element;

constexpr const char* kOperations[] = {
    "softmax", "log_softmax",   "log_sum_exp",          "cross_entropy",    "score",
    "nll",     "kl_divergence", "binary_cross_entropy", "softmax_gradient", "log_softmax_gradient"};
constexpr const char* kTypes[] = {"float32", "float64", "float16", "bfloat16"};

void describe(const Problem& problem) {
  std::fprintf(
      stderr,
      "%s of %s, %lld x %lld x %lld with %lld between, temperature %g, softcap %g, smoothing %g, "
      "z-loss %g, gradient scale %g, %s, %s%s%s%s, top %lld, ids %lld, ties %d\n",
      kOperations[static_cast<int>(problem.operation)],
      kTypes[static_cast<int>(problem.logits.type)], static_cast<long long>(problem.layout.outer),
      static_cast<long long>(problem.layout.classes), static_cast<long long>(problem.layout.inner),
      static_cast<long long>(problem.layout.outer_stride), problem.transform.temperature,
      problem.transform.softcap, problem.smoothing, problem.z_loss, problem.gradient_scale,
      problem.has_targets ? "classes" : "probabilities", problem.has_gradient ? "gradient " : "",
      problem.weight.empty() ? "" : "weight ",
      problem.positive_weight.empty() ? "" : "positive weight ",
      problem.row_scales.empty() ? "" : "row scales ", static_cast<long long>(problem.top),
      static_cast<long long>(problem.ids_per_row), static_cast<int>(problem.ties));
}

void expect_same(const Problem& problem, const std::vector<Result>& expected,
                 const std::vector<Result>& actual, const char* set, const How& how) {
  for (size_t i = 0; i < expected.size(); ++i) {
    const std::vector<uint8_t>& a = expected[i].bytes;
    const std::vector<uint8_t>& b = actual[i].bytes;
    if (a == b) continue;
    describe(problem);
    size_t at = 0;
    while (at < a.size() && at < b.size() && a[at] == b[at]) ++at;
    const auto element = static_cast<int64_t>(at / (expected[i].is_double ? 8 : 4));
    std::fprintf(stderr,
                 "%s[%lld] is %.17g, and %.17g on %s with shares %d, team %d, in place %d, streams "
                 "%d, filling %d\n",
                 expected[i].name.c_str(), static_cast<long long>(element),
                 expected[i].number(element), actual[i].number(element), set, how.two_shares,
                 how.team, how.in_place, how.streams, how.filling);
    std::abort();
  }
}

// The bounds of native/NUMERICS.md, section 5, and what they become where a temperature or a soft
// cap rounds before the exponential.
struct Bounds {
  bool is_wide;                 // float64 lanes
  bool is_transformed;          //
  long double transformed = 0;  // an error of a gap, absolute

  Bounds(const Problem& problem, const Row& row)
      : is_wide(problem.has_double_arithmetic()),
        is_transformed(problem.transform.temperature != 1 || problem.transform.softcap != 0) {
    if (!is_transformed || !row.regular) return;
    // With a temperature above 1 a quotient may be a number although the difference is none.
    const long double widest =
        is_wide ? std::numeric_limits<double>::max() : std::numeric_limits<float>::max();
    if (row.spread > widest) transformed = 1;
    // Rows beyond 2^30 are counted from their largest element, where no cap has rounded.
    const long double most =
        problem.transform.softcap != 0 || row.magnitude < 0x1p31L ? row.magnitude : 0x1p31L;
    transformed += is_wide ? 0x1p-49L * (most + 800) : 0x1p-46L * (most < 0x1p21L ? most : 0x1p21L);
  }

  long double pick(long double single, long double single_transformed, long double wide) const {
    if (is_wide) return is_transformed ? 4 * wide : wide;
    return is_transformed ? single_transformed : single;
  }
};

class Checker {
 public:
  Checker(const Problem& problem) : problem_(problem) {}

  // `tolerance` beside what rounding to the result's type and its smallest number allow.
  void number(const Result& result, int64_t at, long double exact, long double tolerance) const {
    const double actual = result.number(at);
    if (std::isnan(exact)) {
      if (!std::isnan(actual)) fail(result, at, exact, tolerance);
      return;
    }
    const long double most =
        result.is_double ? std::numeric_limits<double>::max() : std::numeric_limits<float>::max();
    const long double half = result.is_double ? 0x1p-53L : 0x1p-24L;
    const long double smallest = result.is_double ? 0x1p-1074L : 0x1p-149L;
    // What may have overflowed, or must have.
    const long double allowed = tolerance + 1.01L * half * fabsl(exact) + 1.01L * smallest;
    if (!(allowed < std::numeric_limits<long double>::infinity())) {
      if (std::isinf(exact) && !(actual == static_cast<double>(exact)))
        fail(result, at, exact, allowed);
      return;
    }
    if (allowed > most) return;
    if (fabsl(exact) + allowed > most && std::isinf(actual)) {
      if ((actual > 0) == (exact > 0)) return;
    }
    if (std::isnan(actual) || fabsl(actual - exact) > allowed) fail(result, at, exact, allowed);
  }
  void integer(const Result& result, int64_t at, int64_t exact) const {
    if (result.integer(at) != exact) {
      describe(problem_);
      std::fprintf(stderr, "%s[%lld] is %d, expected %lld\n", result.name.c_str(),
                   static_cast<long long>(at), result.integer(at), static_cast<long long>(exact));
      std::abort();
    }
  }

 private:
  [[noreturn]] void fail(const Result& result, int64_t at, long double exact,
                         long double allowed) const {
    describe(problem_);
    std::fprintf(stderr, "%s[%lld] is %.17g, expected %.20Lg +- %.3Lg\n", result.name.c_str(),
                 static_cast<long long>(at), result.number(at), exact, allowed);
    std::abort();
  }

  const Problem& problem_;
};

// Whether products of these stay far from overflow.
bool is_moderate(const std::vector<double>& values, double most) {
  for (const double value : values) {
    if (!(std::fabs(value) < most)) return false;
  }
  return true;
}

void check_distribution(const Problem& problem, const Checker& check, const Row& row, int64_t n,
                        const Result& result) {
  const Bounds bounds(problem, row);
  const int64_t classes = problem.layout.classes;
  if (bounds.transformed > 1e-3L) return;
  for (int64_t c = 0; c < classes; ++c) {
    const auto own = static_cast<size_t>(c);
    const int64_t at = problem.place(n, c, problem.dense_stride());
    if (!row.regular) {
      check.number(result, at, NAN, 0);
    } else if (problem.operation == Operation::softmax) {
      const long double p = row.probability[own];
      check.number(
          result, at, p,
          (bounds.pick(3.3L * 0x1p-23L, 4 * 0x1p-23L, 2e-15L) + 2 * bounds.transformed) * p +
              (bounds.is_wide ? 0x1p-1073L : 0x1p-149L));
    } else {
      const long double log_p = row.surprisal[own];
      const long double near = 4 * log_p < 1 ? 4 * log_p : 1;
      check.number(result, at, -log_p,
                   bounds.pick(3.5L * 0x1p-23L, 4.5L * 0x1p-23L, 3e-15L) * log_p +
                       bounds.transformed * near);
    }
  }
}

void check_log_sum_exp(const Problem& problem, const Checker& check, const Row& row, int64_t n,
                       const Result& result) {
  const Bounds bounds(problem, row);
  if (!row.regular) return check.number(result, n, row.log_sum_exp, 0);
  const long double size = fabsl(row.log_sum_exp);
  const long double least = size < 1 ? 1 : size;
  if (bounds.is_wide)
    return check.number(result, n, row.log_sum_exp, 4e-15L * least + bounds.transformed);
  check.number(result, n, row.log_sum_exp,
               bounds.is_transformed ? 2 * 0x1p-23L * least : 1.5L * 0x1p-23L * size + 1.5e-7L);
}

void check_cross_entropy(const Problem& problem, const Checker& check, const Row& row, int64_t n,
                         const std::vector<Result>& results) {
  const Bounds bounds(problem, row);
  const auto classes = static_cast<size_t>(problem.layout.classes);
  std::vector<double> target(classes, 0);
  if (problem.reads_targets()) {
    target[problem.targets[static_cast<size_t>(n)]] = 1;
  } else {
    target = problem.row_of(problem.labels, n, problem.dense_stride());
    if (!is_moderate(target, 1e6)) return;
  }
  const ClassLossOf exact =
      class_loss(row, target, problem.weight, problem.smoothing, problem.z_loss);
  if (bounds.transformed > 1e-3L) return;
  // Where terms exceed float64 their difference is not to be had.
  if (problem.z_loss != 0 && fabsl(row.log_sum_exp) > 1e150L) return;
  long double coefficients = 0;
  for (size_t c = 0; c < classes; ++c) {
    coefficients += fabsl((problem.weight.empty() ? 1 : problem.weight[c]) * (target[c] + 1));
  }
  // Products of coefficients and distances may exceed float64 before the temperature divides.
  if (row.magnitude * row.transform.temperature * coefficients > 1e300L) return;
  const long double near =
      4 * exact.loss.scale < coefficients ? 4 * exact.loss.scale : coefficients;
  const long double push = 2 * problem.z_loss * fabsl(row.log_sum_exp) * bounds.transformed;
  const bool is_plain = problem.reads_targets() && problem.smoothing == 0 && problem.z_loss == 0;
  check.number(results[0], n, exact.loss.value,
               bounds.pick(is_plain ? 4.1e-7L : 1e-6L, 1.1e-6L, 4e-15L) * exact.loss.scale +
                   bounds.transformed * near + push);
  if (!problem.has_gradient) return;
  const double scale =
      problem.gradient_scale *
      (problem.row_scales.empty() ? 1 : problem.row_scales[static_cast<size_t>(n)]);
  // What a term that was raised leaves of p = 0 at the target of a weight 0.
  const long double smallest =
      bounds.is_wide ? 0 : 0x1p-165L * coefficients * fabsl(scale) / row.transform.temperature;
  for (size_t c = 0; c < classes; ++c) {
    const Sized& own = exact.gradient[c];
    if (own.scale > 1e300L || fabsl(scale) / row.transform.temperature > 1e300L) continue;
    const int64_t at = problem.place(n, static_cast<int64_t>(c), problem.dense_stride());
    check.number(results[1], at, own.value * scale,
                 (bounds.pick(4.1e-7L, 1.1e-6L, 4e-15L) + 4 * bounds.transformed) * own.scale *
                         fabsl(scale) +
                     smallest);
  }
}

int64_t rank_of(const Problem& problem, const Row& row, size_t target) {
  int64_t rank = 1;
  for (size_t c = 0; c < row.value.size(); ++c) {
    const bool is_before = problem.ties == logits::Ties::max
                               ? c != target
                               : problem.ties == logits::Ties::index && c < target;
    if (row.value[c] > row.value[target] || (row.value[c] == row.value[target] && is_before))
      ++rank;
  }
  return rank;
}

void check_score(const Problem& problem, const Checker& check, const Row& row, int64_t n,
                 const std::vector<Result>& results) {
  const Bounds bounds(problem, row);
  const bool ignored = problem.reads_targets() && problem.is_ignored(n);
  const bool counts = row.regular && !ignored;
  const size_t classes = row.value.size();
  std::vector<size_t> order(classes);
  for (size_t c = 0; c < classes; ++c) order[c] = c;
  if (counts) {
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return row.value[a] > row.value[b]; });
  }
  const long double relative = bounds.pick(4.1e-7L, 1.1e-6L, 1.1e-13L);
  const long double tiny = problem.double_results ? 0x1p-1074L : 0x1p-149L;
  const auto number = [&](const Result& result, int64_t at, long double exact, long double floor) {
    if (!counts) return check.number(result, at, ignored ? 0 : NAN, 0);
    const long double size = fabsl(exact);
    const long double near = 4 * size < 1 ? 4 * size : 1;
    check.number(result, at, exact, relative * size + bounds.transformed * near + floor);
  };
  const auto log_prob = [&](const Result& result, int64_t at, size_t c) {
    number(result, at, counts ? -row.surprisal[c] : 0, tiny);
  };
  // The order of capped logits is that of their rounded values.
  const bool has_order = counts && problem.transform.softcap == 0;
  for (const Result& result : results) {
    const std::string& name = result.name;
    if (name == "logSumExp") {
      if (ignored) {
        check.number(result, n, 0, 0);
      } else if (bounds.transformed < 1e-3L) {
        check_log_sum_exp(problem, check, row, n, result);
      }
    } else if (name == "predictions") {
      if (!counts) check.integer(result, n, -1);
      if (has_order) check.integer(result, n, static_cast<int64_t>(order[0]));
    } else if (name == "ranks") {
      if (!counts) check.integer(result, n, 0);
      if (has_order) {
        check.integer(result, n, rank_of(problem, row, problem.targets[static_cast<size_t>(n)]));
      }
    } else if (name == "topIndices") {
      for (int64_t k = 0; k < problem.top; ++k) {
        if (!counts) check.integer(result, n * problem.top + k, -1);
        if (has_order) {
          check.integer(result, n * problem.top + k,
                        static_cast<int64_t>(order[static_cast<size_t>(k)]));
        }
      }
    } else if (bounds.transformed > 1e-3L) {
      continue;
    } else if (name == "maxLogProbs") {
      log_prob(result, n, order[0]);
    } else if (name == "logProbs") {
      log_prob(result, n, counts ? problem.targets[static_cast<size_t>(n)] : 0);
    } else if (name == "topLogProbs") {
      for (int64_t k = 0; k < problem.top; ++k) {
        log_prob(result, n * problem.top + k, order[static_cast<size_t>(k)]);
      }
    } else if (name == "idLogProbs") {
      for (int64_t i = 0; i < problem.ids_per_row; ++i) {
        const int64_t at = n * problem.ids_per_row + i;
        log_prob(result, at, problem.ids[static_cast<size_t>(at)]);
      }
    } else if (name == "entropies") {
      number(result, n, counts ? entropy(row) : 0, bounds.is_wide ? tiny : 1e-37L);
    } else if (name == "margins") {
      const long double second = classes == 1 ? std::numeric_limits<long double>::infinity()
                                 : counts     ? row.gap[order[1]]
                                              : 0;
      // A difference of two capped numbers, each of which is rounded.
      number(result, n, second, problem.transform.softcap != 0 ? bounds.transformed : tiny);
    } else if (name == "confidences") {
      number(result, n, counts ? row.probability[order[0]] : 0, tiny);
    } else if (name == "squareDistances") {
      number(result, n, counts ? square_distance(row, problem.targets[static_cast<size_t>(n)]) : 0,
             bounds.is_wide ? tiny : 1e-37L);
    }
  }
}

void check_binary(const Problem& problem, const Checker& check, const Row& row, int64_t n,
                  const std::vector<Result>& results) {
  const Bounds bounds(problem, row);
  const std::vector<double> labels = problem.row_of(problem.labels, n, problem.dense_stride());
  if (!is_moderate(labels, 1e6)) return;
  const std::vector<double> x = problem.row_of(problem.logits, n, problem.layout.outer_stride);
  const bool per_element = static_cast<int64_t>(problem.weight.size()) == problem.layout.elements();
  const long double relative = (bounds.is_wide ? 1e-14L : 4e-7L) + 4 * bounds.transformed +
                               (bounds.is_transformed ? 1e-12L : 0);
  Sized sum = {0, 0};
  for (size_t c = 0; c < x.size(); ++c) {
    const int64_t at = problem.place(n, static_cast<int64_t>(c), problem.dense_stride());
    const double weight =
        problem.weight.empty() ? 1 : problem.weight[per_element ? static_cast<size_t>(at) : c];
    const double positive = problem.positive_weight.empty() ? 1 : problem.positive_weight[c];
    const Sized loss = binary_loss(x[c], problem.transform, labels[c], weight, positive);
    // Before the weight, a part may be infinite where the loss is not.
    if (!(loss.scale < 0x1p1000L)) return;
    sum.value += loss.value;
    sum.scale += loss.scale;
    if (problem.has_gradient)
      check.number(results[1], at, loss.value, relative * loss.scale + 1e-307L);
  }
  check.number(results[0], n, sum.value, relative * sum.scale + 1e-307L);
}

void check_gradient(const Problem& problem, const Checker& check, int64_t n, const Result& result) {
  const std::vector<double> given = problem.row_of(problem.logits, n, problem.layout.outer_stride);
  const std::vector<double> upstream =
      problem.row_of(problem.others, n, problem.layout.outer_stride);
  if (!is_moderate(upstream, 1e100) || !is_moderate(given, 700)) return;
  const bool of_softmax = problem.operation == Operation::softmax_gradient;
  const std::vector<Sized> exact =
      of_softmax ? softmax_gradient(given, upstream, problem.transform.temperature)
                 : log_softmax_gradient(given, upstream, problem.transform.temperature);
  for (size_t c = 0; c < exact.size(); ++c) {
    const int64_t at = problem.place(n, static_cast<int64_t>(c), problem.dense_stride());
    // In float32 lanes what falls below the smallest float is lost, times the probability.
    const long double lost = 0x1p-148L * (of_softmax ? fabs(given[c]) : expl(given[c]));
    check.number(result, at, exact[c].value,
                 result.is_double ? 1e-14L * exact[c].scale : 2e-7L * exact[c].scale + lost);
  }
}

void check_results(const Problem& problem, const std::vector<Result>& results) {
  const Checker check(problem);
  for (int64_t n = 0; n < problem.layout.rows(); ++n) {
    const std::vector<double> x = problem.row_of(problem.logits, n, problem.layout.outer_stride);
    const bool ignored = problem.reads_targets() && problem.is_ignored(n);
    Transform transform = problem.transform;
    // Smaller ones have no inverse, and count as this (kernels/rows/row-loop.h).
    if (transform.temperature < 0x1p-1023) transform.temperature = 0x1p-1023;
    const Row row(x, transform);
    switch (problem.operation) {
      case Operation::softmax:
      case Operation::log_softmax:
        check_distribution(problem, check, row, n, results[0]);
        break;
      case Operation::log_sum_exp:
        if (Bounds(problem, row).transformed < 1e-3L) {
          check_log_sum_exp(problem, check, row, n, results[0]);
        }
        break;
      case Operation::cross_entropy:
        if (!ignored) {
          check_cross_entropy(problem, check, row, n, results);
          break;
        }
        check.number(results[0], n, 0, 0);
        for (int64_t c = 0; problem.has_gradient && c < problem.layout.classes; ++c) {
          check.number(results[1], problem.place(n, c, problem.dense_stride()), 0, 0);
        }
        break;
      case Operation::score:
        check_score(problem, check, row, n, results);
        break;
      case Operation::nll: {
        const uint32_t target = problem.targets[static_cast<size_t>(n)];
        const double weight = ignored || problem.weight.empty() ? 1 : problem.weight[target];
        const double own = ignored ? 0 : x[target];
        if (weight == 0 && !std::isfinite(own)) break;
        check.number(results[0], n, -static_cast<long double>(weight) * own, 0);
        break;
      }
      case Operation::kl_divergence: {
        const Row other(problem.row_of(problem.others, n, problem.layout.outer_stride), transform);
        const Sized exact = divergence(row, other);
        const long double magnitude = row.magnitude + other.magnitude;
        // Not where a probability below float64's meets an infinite distance.
        if (std::isinf(exact.value) || magnitude > 1e12L) break;
        check.number(results[0], n, exact.value,
                     1e-14L * (exact.scale + magnitude + 1) * (1 + magnitude * 1e-3L));
        break;
      }
      case Operation::binary_cross_entropy:
        check_binary(problem, check, row, n, results);
        break;
      case Operation::softmax_gradient:
      case Operation::log_softmax_gradient:
        check_gradient(problem, check, n, results[0]);
        break;
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  Bytes bytes(data, size);
  const Problem problem(bytes);
  const logits::FloatingPointState state;
  int count = 0;
  const logits::KernelSet* const sets = logits::available_sets(count);
  const std::vector<Result> results =
      run(problem, *sets[count - 1].kernels, {false, false, false, false, 0xff});
  check_results(problem, results);
  for (int i = 0; i < count; ++i) {
    const How hows[] = {
        {i % 2 == 0, i % 2 == 1, false, false, 0x00},
        {bytes.one_in(2), bytes.one_in(2), true, false, 0xff},
        {bytes.one_in(2), bytes.one_in(2), false, true, bytes.next()},
    };
    for (const How& how : hows) {
      // The scalar set is slow: it has done its part.
      if (i == count - 1 && &how != &hows[1]) continue;
      expect_same(problem, results, run(problem, *sets[i].kernels, how), sets[i].name, how);
    }
  }
  return 0;
}
