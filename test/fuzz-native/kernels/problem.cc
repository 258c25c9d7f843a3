#include "problem.h"

#include <cmath>
#include <cstring>
#include <limits>

#include "arrays.h"

namespace fuzz {
namespace {

using logits::Element;
using logits::Layout;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr int64_t kMostElements = 12000;

const double kSpecial[] = {kNaN,   kInfinity, -kInfinity, -kInfinity, 3.4e38,     -3.4e38,   1e308,
                           -1e308, 5e-324,    -5e-324,    1.4e-45,    1.1754e-38, 0.0,       -0.0,
                           88.7,   -104,      745.2,      -708.5,     0x1p20,     -0x1.8p20, 0x1p30,
                           65504,  -65504,    1.0,        -1.0,       0x1p-30,    1e-3};

template <class T>
T from_bytes(const uint8_t* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

uint16_t float16_of(float value) {
  const auto bits = from_bytes<uint32_t>(reinterpret_cast<const uint8_t*>(&value));
  const auto sign = static_cast<uint16_t>((bits >> 16) & 0x8000);
  const uint32_t magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  if (magnitude >= 0x47800000) return sign | 0x7c00;
  if (magnitude < 0x38800000) return sign | static_cast<uint16_t>(magnitude >> 21);
  return sign | static_cast<uint16_t>((magnitude - 0x38000000) >> 13);
}

double of_float16(uint16_t bits) {
  const int exponent = (bits >> 10) & 31;
  const int fraction = bits & 1023;
  double value =
      exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
  if (exponent == 31) value = fraction == 0 ? kInfinity : kNaN;
  return (bits & 0x8000) != 0 ? -value : value;
}

// The bytes of a number of a type, and the number that they are.
double encode(Element type, double value, std::vector<uint8_t>& bytes) {
  uint8_t own[8];
  size_t size = 2;
  double result = value;
  // Beyond float32 the conversion is not defined.
  const auto single = static_cast<float>(std::fabs(value) > 3.4028234e38 && !std::isinf(value)
                                             ? std::copysign(3.4028234e38, value)
                                             : value);
  if (type == Element::float64) {
    size = 8;
    std::memcpy(own, &value, 8);
  } else if (type == Element::float32) {
    size = 4;
    std::memcpy(own, &single, 4);
    result = single;
  } else if (type == Element::float16) {
    const uint16_t bits = float16_of(single);
    std::memcpy(own, &bits, 2);
    result = of_float16(bits);
  } else {
    auto bits = from_bytes<uint32_t>(reinterpret_cast<const uint8_t*>(&single)) & 0xffff0000;
    if (std::isnan(single)) bits |= 0x400000;
    const auto half = static_cast<uint16_t>(bits >> 16);
    std::memcpy(own, &half, 2);
    result = from_bytes<float>(reinterpret_cast<const uint8_t*>(&bits));
  }
  bytes.insert(bytes.end(), own, own + size);
  return result;
}

// How the numbers of an array are drawn.
struct Style {
  double offset;
  double scale;
  int specials;  // of 256 numbers
  bool coarse;   // few different ones

  explicit Style(Bytes& bytes) {
    static constexpr double kOffsets[] = {0, 0, 0, 30, -50, 1000, -1e6, 1e8};
    static constexpr double kScales[] = {4, 4, 1, 0.01, 20, 200, 1e5, 1e35};
    static constexpr int kShares[] = {0, 0, 3, 60};
    offset = bytes.pick(kOffsets);
    scale = bytes.pick(kScales);
    specials = bytes.pick(kShares);
    coarse = bytes.one_in(4);
  }

  double draw(Bytes& bytes) const {
    if (specials > 0 && bytes.below(256) < specials) return bytes.pick(kSpecial);
    const auto steps = static_cast<double>(static_cast<int>(bytes.next()) - 128) / 64;
    if (coarse) return offset + scale * std::floor(steps * 2);
    const double fine = static_cast<double>(bytes.random() >> 11) * 0x1p-53;
    return offset + scale * (steps + fine / 64);
  }
};

template <class Draw>
Elements draw_elements(Element type, int64_t count, const Draw& draw) {
  Elements result = {type, {}, {}};
  for (int64_t i = 0; i < count; ++i) result.values.push_back(encode(type, draw(), result.bytes));
  return result;
}

Layout draw_layout(Bytes& bytes) {
  static constexpr int64_t kLong[] = {1000, 1023, 1025, 4097, 16384, 16385, 16500, 33000};
  const bool is_long = bytes.one_in(24);
  int64_t classes = is_long ? bytes.pick(kLong) : 1 + bytes.below(bytes.one_in(3) ? 256 : 40);
  int64_t inner = bytes.one_in(3) ? 1 + bytes.below(70) : 1;
  int64_t outer = 1 + bytes.below(bytes.one_in(3) ? 140 : 6);
  while (outer * inner * classes > kMostElements && outer > 1) outer = (outer + 1) / 2;
  while (outer * inner * classes > kMostElements && inner > 1) inner = (inner + 1) / 2;
  const int64_t padding = bytes.one_in(4) ? bytes.below(20) : 0;
  return {outer, classes, inner, classes * inner + padding};
}

// Calls part(context, i) for all parts, the last first.
void run_backwards(const logits::Team&, int64_t count, void (*part)(void* context, int64_t index),
                   void* context) {
  for (int64_t i = count; i-- > 0;) part(context, i);
}

}  // namespace

Problem::Problem(Bytes& bytes) {
  static constexpr double kTemperatures[] = {
      1, 1, 1, 1, 0.7, 2, 0.1, 1e3, 1e-3, 1e30, 1e-30, 0x1p60, 0x1p-60, 5e-324, 1.7e308};
  static constexpr double kSoftcaps[] = {0, 0, 0, 0, 0, 0, 30, 0.5, 1e-3, 1e6, 1e-300, 1.7e308};
  static constexpr Element kTypes[] = {Element::float32, Element::float32, Element::float64,
                                       Element::float16, Element::bfloat16};
  operation = static_cast<Operation>(bytes.below(10));
  const Element type = bytes.pick(kTypes);
  layout = draw_layout(bytes);
  transform = {bytes.pick(kTemperatures), bytes.pick(kSoftcaps)};
  at_end = bytes.one_in(2);
  const int64_t rows = layout.rows();
  const int64_t padding = layout.outer_stride - dense_stride();
  const int64_t elements = layout.outer * layout.outer_stride - (bytes.one_in(2) ? padding : 0);

  const bool is_gradient =
      operation == Operation::softmax_gradient || operation == Operation::log_softmax_gradient;
  if (is_gradient || operation == Operation::nll) transform.softcap = 0;
  if (operation == Operation::nll) transform.temperature = 1;
  const Style style(bytes);
  const Style other_style(bytes);
  has_targets = !bytes.one_in(3) || operation == Operation::nll;
  has_gradient = bytes.one_in(2);
  logits = draw_elements(type, elements, [&] {
    if (operation != Operation::softmax_gradient) return style.draw(bytes);
    return style.specials > 0 && bytes.one_in(20) ? 0.0 : static_cast<double>(bytes.next()) / 256;
  });
  if (operation == Operation::kl_divergence || is_gradient) {
    others = draw_elements(bytes.one_in(4) ? Element::float64 : type, elements,
                           [&] { return other_style.draw(bytes); });
  }
  if (operation == Operation::binary_cross_entropy || operation == Operation::cross_entropy) {
    labels = draw_elements(
        type == Element::float64 || bytes.one_in(4) ? Element::float64 : Element::float32,
        layout.elements(), [&] {
          const uint8_t byte = bytes.next();
          if (byte < 40) return byte % 2 == 0 ? 0.0 : 1.0;
          if (byte > 253 && other_style.specials > 3) return bytes.pick(kSpecial);
          return static_cast<double>(byte) / 256;
        });
  }
  const bool has_ignored = bytes.one_in(2);
  for (int64_t row = 0; row < rows; ++row) {
    const bool ignored = has_ignored && bytes.one_in(4);
    targets.push_back(
        ignored ? logits::kIgnoredRow
                : static_cast<uint32_t>(bytes.random() % static_cast<uint64_t>(layout.classes)));
  }
  const auto factors = [&](int64_t count) {
    std::vector<double> result;
    for (int64_t i = 0; i < count; ++i) {
      const uint8_t byte = bytes.next();
      result.push_back(byte < 32 ? 0 : byte < 240 ? static_cast<double>(byte) / 100 : byte * 1e3);
    }
    return result;
  };
  const bool per_element = operation == Operation::binary_cross_entropy && bytes.one_in(2);
  if (bytes.one_in(2)) weight = factors(per_element ? layout.elements() : layout.classes);
  if (bytes.one_in(2)) positive_weight = factors(layout.classes);
  if (bytes.one_in(3)) row_scales = factors(rows);
  static constexpr double kSmoothings[] = {0, 0, 0.1, 0.5, 1};
  static constexpr double kZLosses[] = {0, 0, 0, 1e-4, 1};
  static constexpr double kScales[] = {1, 1, 0.5, -3, 1e-4, 1e-30, 1e6};
  smoothing = bytes.pick(kSmoothings);
  z_loss = bytes.pick(kZLosses);
  gradient_scale = bytes.pick(kScales);
  ties = static_cast<logits::Ties>(bytes.below(3));
  top = bytes.below(8);
  if (bytes.one_in(8)) top = bytes.below(65536);
  if (top > layout.classes) top = layout.classes;
  if (top > logits::limits::topClasses) top = logits::limits::topClasses;
  ids_per_row = bytes.below(4);
  for (int64_t i = 0; i < rows * ids_per_row; ++i) {
    ids.push_back(static_cast<uint32_t>(bytes.random() % static_cast<uint64_t>(layout.classes)));
  }
  double_results = type == Element::float64 || bytes.one_in(4);
  wanted = bytes.one_in(2) ? 0xfff : static_cast<uint32_t>(bytes.below(4096));
  cut = bytes.below(256) * rows / 256;
}

bool Problem::has_double_arithmetic() const {
  return operation == Operation::kl_divergence || logits.type == Element::float64 ||
         transform.softcap != 0 || transform.temperature < 0x1p-60 ||
         transform.temperature > 0x1p60;
}

bool Problem::reads_targets() const {
  return has_targets && (operation == Operation::cross_entropy || operation == Operation::nll ||
                         operation == Operation::score);
}

std::vector<double> Problem::row_of(const Elements& from, int64_t row, int64_t outer_stride) const {
  std::vector<double> result;
  for (int64_t c = 0; c < layout.classes; ++c) {
    result.push_back(from.values[static_cast<size_t>(place(row, c, outer_stride))]);
  }
  return result;
}

double Result::number(int64_t i) const {
  return is_double ? from_bytes<double>(bytes.data() + 8 * i)
                   : static_cast<double>(from_bytes<float>(bytes.data() + 4 * i));
}

int32_t Result::integer(int64_t i) const { return from_bytes<int32_t>(bytes.data() + 4 * i); }

namespace {

// A call's arrays, and the results among them.
class Calling {
 public:
  Calling(const Problem& problem, const How& how)
      : problem_(problem), how_(how), arena_(problem.at_end) {}

  // The elements, with those that are not to be read replaced.
  uint8_t* input(const Elements& elements, int64_t outer_stride, bool may_ignore) {
    uint8_t* const data = arena_.place(static_cast<int64_t>(elements.bytes.size()));
    const int64_t size = logits::size_of(elements.type);
    const auto count = static_cast<int64_t>(elements.values.size());
    std::memset(data, how_.filling, elements.bytes.size());
    for (int64_t row = 0; row < problem_.layout.rows(); ++row) {
      if (may_ignore && problem_.reads_targets() && problem_.is_ignored(row)) continue;
      for (int64_t c = 0; c < problem_.layout.classes; ++c) {
        const int64_t at = problem_.place(row, c, outer_stride);
        if (at < count) std::memcpy(data + at * size, elements.bytes.data() + at * size, size);
      }
    }
    return data;
  }

  template <class T>
  T* copy(const std::vector<T>& values) {
    if (values.empty()) return nullptr;
    T* const data = arena_.array<T>(static_cast<int64_t>(values.size()));
    std::memcpy(data, values.data(), values.size() * sizeof(T));
    return data;
  }

  // One result for each row, or so many.
  void* result(const char* name, bool is_double, bool is_integer, int64_t count) {
    uint8_t* const data = arena_.place(count * (is_double ? 8 : 4));
    std::memset(data, 0x77, static_cast<size_t>(count * (is_double ? 8 : 4)));
    results_.push_back({name, is_double, is_integer, {}});
    memory_.push_back({data, count, -1, false});
    return data;
  }

  // Losses of all rows, on their way to a reduction.
  double* row_losses() {
    auto* const data = static_cast<double*>(result("rows", true, false, problem_.layout.rows()));
    memory_.back().is_internal = true;
    return data;
  }

  // Results laid out as the input, or in its place.
  logits::Output output(const char* name, uint8_t* input, const Elements& elements) {
    const bool is_double = elements.type == Element::float64;
    const bool can_replace = is_double || elements.type == Element::float32;
    if (!how_.in_place || !can_replace) {
      void* const data = result(name, is_double, false, problem_.layout.elements());
      return {data, problem_.dense_stride(), how_.streams};
    }
    results_.push_back({name, is_double, false, {}});
    memory_.push_back({input, problem_.layout.elements(), problem_.layout.outer_stride, false});
    return {input, problem_.layout.outer_stride, false};
  }

  // Where two inputs may hold a NaN each, it is open which of them a result is.
  template <class T>
  static void unify(uint8_t* data, int64_t count) {
    auto* const numbers = reinterpret_cast<T*>(data);
    for (int64_t n = 0; n < count; ++n) {
      if (std::isnan(numbers[n])) numbers[n] = static_cast<T>(kNaN);
    }
  }

  std::vector<Result> finish() {
    for (size_t i = 0; i < results_.size(); ++i) {
      const Memory& memory = memory_[i];
      const int64_t size = results_[i].is_double ? 8 : 4;
      // The binding makes one NaN of all losses of rows.
      const bool has_labels = problem_.operation == Operation::cross_entropy ||
                              problem_.operation == Operation::binary_cross_entropy ||
                              !problem_.others.values.empty();
      if (memory.outer_stride < 0) {
        results_[i].bytes.assign(memory.data, memory.data + memory.count * size);
      }
      for (int64_t outer = 0; memory.outer_stride >= 0 && outer < problem_.layout.outer; ++outer) {
        const uint8_t* const from = memory.data + outer * memory.outer_stride * size;
        results_[i].bytes.insert(results_[i].bytes.end(), from,
                                 from + problem_.dense_stride() * size);
      }
      const auto count = static_cast<int64_t>(results_[i].bytes.size()) / size;
      if (results_[i].is_integer || !(memory.is_internal || has_labels)) continue;
      if (results_[i].is_double) {
        unify<double>(results_[i].bytes.data(), count);
      } else {
        unify<float>(results_[i].bytes.data(), count);
      }
    }
    arena_.check();
    return std::move(results_);
  }

 private:
  struct Memory {
    uint8_t* data;
    int64_t count;
    int64_t outer_stride;
    bool is_internal;
  };
  const Problem& problem_;
  const How& how_;
  Arena arena_;
  std::vector<Result> results_;
  std::vector<Memory> memory_;
};

}  // namespace

std::vector<Result> run(const Problem& problem, const logits::KernelTable& kernels,
                        const How& how) {
  static std::vector<float> scratch(logits::kScratchFloats);
  Calling calling(problem, how);
  const Layout& layout = problem.layout;
  const int64_t rows = layout.rows();
  uint8_t* const data = calling.input(problem.logits, layout.outer_stride, true);
  const logits::Input input = {data, problem.logits.type, layout, problem.transform.temperature,
                               problem.transform.softcap};
  logits::Input second = input;
  uint8_t* other_data = nullptr;
  if (!problem.others.values.empty()) {
    other_data = calling.input(problem.others, layout.outer_stride, false);
    second.data = other_data;
    second.element = problem.others.type;
  }
  logits::Input labels = {nullptr, problem.labels.type, layout, 1, 0};
  labels.layout.outer_stride = problem.dense_stride();
  if (!problem.labels.values.empty()) {
    labels.data = calling.input(problem.labels, problem.dense_stride(), false);
  }
  const logits::Team team = {run_backwards};
  const auto call = [&](const auto& compute) {
    const logits::Team* const helpers = how.team ? &team : nullptr;
    if (!how.two_shares) return compute(logits::Share{0, rows, scratch.data(), helpers});
    compute(logits::Share{problem.cut, rows, scratch.data(), helpers});
    compute(logits::Share{0, problem.cut, scratch.data(), helpers});
  };
  const bool is_double = problem.logits.type == Element::float64;
  const uint32_t* const targets = problem.reads_targets() ? calling.copy(problem.targets) : nullptr;

  switch (problem.operation) {
    case Operation::softmax:
    case Operation::log_softmax: {
      const logits::Output out = calling.output("out", data, problem.logits);
      const auto kernel =
          problem.operation == Operation::softmax ? kernels.softmax : kernels.log_softmax;
      call([&](const logits::Share& share) { kernel(input, out, share); });
      break;
    }
    case Operation::log_sum_exp: {
      void* const out = calling.result("logSumExp", is_double, false, rows);
      call([&](const logits::Share& share) { kernels.log_sum_exp(input, out, share); });
      break;
    }
    case Operation::cross_entropy: {
      logits::CrossEntropyCall given = {};
      given.logits = input;
      given.loss = {targets, targets == nullptr ? &labels : nullptr, calling.copy(problem.weight),
                    problem.smoothing, problem.z_loss};
      given.losses = calling.row_losses();
      if (problem.has_gradient) given.gradient = calling.output("gradient", data, problem.logits);
      given.gradient_scale = problem.gradient_scale;
      given.row_scales = calling.copy(problem.row_scales);
      call([&](const logits::Share& share) { kernels.cross_entropy(given, share); });
      break;
    }
    case Operation::score: {
      logits::ScoreCall given = {};
      given.logits = input;
      given.targets = targets;
      given.ties = problem.ties;
      given.double_results = problem.double_results;
      const auto numbers = [&](int bit, const char* name, int64_t count) -> void* {
        if ((problem.wanted >> bit & 1) == 0 || count == 0) return nullptr;
        return calling.result(name, problem.double_results, false, count);
      };
      const auto integers = [&](int bit, const char* name, int64_t count) -> int32_t* {
        if ((problem.wanted >> bit & 1) == 0 || count == 0) return nullptr;
        return static_cast<int32_t*>(calling.result(name, false, true, count));
      };
      given.log_sum_exps = numbers(0, "logSumExp", rows);
      given.predictions = integers(1, "predictions", rows);
      given.max_log_probs = numbers(2, "maxLogProbs", rows);
      given.entropies = numbers(3, "entropies", rows);
      given.margins = numbers(4, "margins", rows);
      given.confidences = numbers(5, "confidences", rows);
      if (targets != nullptr) {
        given.log_probs = numbers(6, "logProbs", rows);
        given.ranks = integers(7, "ranks", rows);
        given.square_distances = numbers(8, "squareDistances", rows);
      }
      given.top = problem.top;
      given.top_classes = integers(9, "topIndices", rows * problem.top);
      given.top_log_probs = numbers(10, "topLogProbs", rows * problem.top);
      if (given.top_classes == nullptr && given.top_log_probs == nullptr) given.top = 0;
      given.ids_per_row = problem.ids_per_row;
      given.ids = calling.copy(problem.ids);
      given.id_log_probs = numbers(11, "idLogProbs", rows * problem.ids_per_row);
      if (given.id_log_probs == nullptr) given.ids_per_row = 0;
      call([&](const logits::Share& share) { kernels.score(given, share); });
      break;
    }
    case Operation::nll: {
      const logits::NllLossCall given = {input, targets, calling.copy(problem.weight),
                                         calling.row_losses()};
      call([&](const logits::Share& share) { kernels.nll_loss(given, share); });
      break;
    }
    case Operation::kl_divergence: {
      auto* const out = calling.row_losses();
      call([&](const logits::Share& share) { kernels.kl_divergence(input, second, out, share); });
      break;
    }
    case Operation::binary_cross_entropy: {
      logits::BinaryCrossEntropyCall given = {};
      given.logits = input;
      given.targets = labels;
      given.weight = calling.copy(problem.weight);
      given.weight_is_per_element =
          static_cast<int64_t>(problem.weight.size()) == layout.elements();
      given.positive_weight = calling.copy(problem.positive_weight);
      given.row_sums = calling.row_losses();
      if (problem.has_gradient) given.losses = calling.output("losses", data, problem.logits);
      call([&](const logits::Share& share) { kernels.binary_cross_entropy(given, share); });
      break;
    }
    case Operation::softmax_gradient:
    case Operation::log_softmax_gradient: {
      // In the place of either input.
      const bool over_others = problem.has_gradient && problem.others.type == problem.logits.type;
      const logits::Output out =
          calling.output("out", over_others ? other_data : data, problem.logits);
      const auto kernel = problem.operation == Operation::softmax_gradient
                              ? kernels.softmax_gradient
                              : kernels.log_softmax_gradient;
      call([&](const logits::Share& share) { kernel(input, second, out, share); });
      break;
    }
  }
  return calling.finish();
}

}  // namespace fuzz
