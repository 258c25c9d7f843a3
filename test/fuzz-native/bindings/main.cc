// Fuzzes native/binding/, entered as Node-API enters it, with arrays and numbers that are right,
// nearly right or anything: of other lengths, types and kinds, over each other's memory, detached.
// A call ends with a result, having written to its outputs alone, or with an error of the
// boundary's kinds, having written nothing. values.cc stands for Node; arrays lie in memory of
// their own size, so that AddressSanitizer sees any access beside them.
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <map>
#include <sstream>
#include <string>

#include "../../../native/boundary.h"
#include "../bytes.h"
#include "values.h"

// The addon's entry.
extern "C" napi_value napi_register_module_v1(napi_env env, napi_value exports);

namespace {

using fuzz::Bytes;
using fuzz::Kind;
using fuzz::to_napi;
using fuzz::Value;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();
// How many kinds of errors there are.
constexpr double kErrorKinds = 0
#define ERROR(kind, code) +1
#include "../../../native/boundary.def"
    ;

// What an argument is to be.
enum class Role {
  logits,         // elements in the call's layout
  probabilities,  // the same without padding, of float32 or float64
  floats,         // as many, of float32
  targets,        // a class a row, of any integer type; or class probabilities, where allowed
  ignored,        // numbers, or null
  class_factors,  // float32 or float64, or null
  row_factors,    //
  ids,            // classes
  source,         // any array, or null
  like_logits,    // results: laid out as the logits
  like_floats,    //
  row_numbers,    // one a row
  row_integers,   //
  top_numbers,    // `top` a row
  top_integers,   //
  id_numbers,     //
  pair,           // two float64
  state_top,      // of an evaluator
  state_counts,   //
  state_sums,     //
  state_confusion,
  state_losses,  // float64
  integer,
  name
};

bool is_output(Role role) {
  return role >= Role::like_logits && role != Role::state_top && role < Role::integer;
}

// By the name of an argument, or of a function and its argument where that name has two roles.
const std::map<std::string, Role> kRoles = {
    {"logits", Role::logits},
    {"probabilities", Role::logits},
    {"logProbabilities", Role::logits},
    {"otherLogits", Role::logits},
    {"softmaxGradient.upstream", Role::logits},
    {"logSoftmaxGradient.upstream", Role::logits},
    {"targets", Role::targets},
    {"binaryCrossEntropy.targets", Role::probabilities},
    {"ignored", Role::ignored},
    {"weight", Role::class_factors},
    {"positiveWeight", Role::class_factors},
    {"upstream", Role::row_factors},
    {"logitsSource", Role::source},
    {"targetsSource", Role::source},
    {"out", Role::row_numbers},
    {"softmax.out", Role::like_logits},
    {"logSoftmax.out", Role::like_logits},
    {"softmaxGradient.out", Role::like_logits},
    {"logSoftmaxGradient.out", Role::like_logits},
    {"binaryCrossEntropy.out", Role::like_logits},
    {"gradient", Role::like_logits},
    {"ids", Role::ids},
    {"score.counts", Role::pair},
    {"logSumExp", Role::row_numbers},
    {"predictions", Role::row_integers},
    {"maxLogProbs", Role::row_numbers},
    {"logProbs", Role::row_numbers},
    {"ranks", Role::row_integers},
    {"entropies", Role::row_numbers},
    {"margins", Role::row_numbers},
    {"topIndices", Role::top_integers},
    {"topLogProbs", Role::top_numbers},
    {"idLogProbs", Role::id_numbers},
    {"top", Role::state_top},
    {"counts", Role::state_counts},
    {"sums", Role::state_sums},
    {"confusion", Role::state_confusion},
    {"losses", Role::state_losses},
    {"x", Role::floats},
    {"scaledExp.out", Role::like_floats},
    {"exponent", Role::integer},
    {"threads", Role::integer},
    {"bytes", Role::integer},
    {"id", Role::integer},
    {"wake", Role::integer},  // what it needs is not there: see values.cc
    {"name", Role::name},
};

struct Function {
  const char* name;
  bool has_numbers;
  std::vector<Role> arguments;
};

[[noreturn]] void fail(const char* what, const char* function) {
  std::fprintf(stderr, "%s: %s\n", function, what);
  std::abort();
}

// The roles of a function's arguments, of which the names are given.
std::vector<Role> roles_of(const char* function, const char* names) {
  std::vector<Role> roles;
  std::istringstream list(names);
  for (std::string name; std::getline(list >> std::ws, name, ',');) {
    auto role = kRoles.find(function + ('.' + name));
    if (role == kRoles.end()) role = kRoles.find(name);
    if (role == kRoles.end()) fail("has an argument of no known role", function);
    roles.push_back(role->second);
  }
  return roles;
}

const Function kFunctions[] = {
#define OPERATION(name, ...) {#name, true, roles_of(#name, #__VA_ARGS__)},
#define FUNCTION(name, ...) {#name, false, roles_of(#name, #__VA_ARGS__)},
#include "../../../native/boundary.def"
};

int64_t size_of(napi_typedarray_type type) {
  static constexpr int64_t kSizes[] = {1, 1, 1, 2, 2, 4, 4, 4, 8, 8, 8};
  return kSizes[type];
}

const double kOddNumbers[] = {kNaN,   kInfinity, -kInfinity, -1,      -0.0,   0,      0.5,
                              1,      2,         3,          64,      1e300,  0x1p53, -0x1p53,
                              0x1p62, 0x1p32,    0x1p40,     -1e-300, 5e-324, 0x1p31};

// Node's process, with the addon loaded.
struct Process {
  napi_env__ environment;
  Value* exports;
  size_t lasting;

  Process() : exports(environment.make(Kind::object)) {
    napi_register_module_v1(&environment, to_napi(exports));
    lasting = environment.values.size();
  }

  void call(const char* name, const std::vector<Value*>& arguments) {
    environment.call(*exports->properties.at(name), arguments);
  }
  void forget() {
    environment.values.resize(lasting);
    environment.exception = nullptr;
    if (environment.references != 0) fail("a reference is left", "any function");
  }
};

// One call's arguments and their memory.
class Calling {
 public:
  Calling(Process& process, Bytes& bytes, const Function& function)
      : process_(process), bytes_(bytes), function_(function) {
    outer_ = bytes.below(6);
    classes_ = 1 + bytes.below(bytes.one_in(6) ? 256 : 12);
    inner_ = bytes.one_in(3) ? bytes.below(20) : 1;
    if (bytes.one_in(40)) outer_ = 1 + bytes.below(140);
    if (bytes.one_in(12)) classes_ = 0;
    stride_ = classes_ * inner_ + (bytes.one_in(4) ? bytes.below(9) : 0);
    top_ = bytes.below(classes_ < 4 ? classes_ + 1 : 4);
    ids_ = bytes.below(3);
    tops_ = bytes.below(3);
    bins_ = 1 + bytes.below(4);
    static constexpr napi_typedarray_type kTypes[] = {napi_float32_array, napi_float32_array,
                                                      napi_float64_array, napi_uint16_array};
    type_ = bytes.pick(kTypes);
    wrong_ = bytes.one_in(2);
    if (function.has_numbers) arguments_.push_back(block());
    for (const Role role : function.arguments) arguments_.push_back(argument(role));
    if (function.has_numbers) pass_arguments();
    if (wrong_ && bytes.one_in(8))
      arguments_.resize(bytes.below(static_cast<int64_t>(arguments_.size()) + 1));
  }

  void run() {
    // The memory of each array before the call.
    std::vector<std::vector<uint8_t>> before;
    for (const Memory& memory : memory_) before.push_back(memory.contents());
    process_.call(function_.name, arguments_);
    const Value* const error = process_.environment.exception;
    if (error != nullptr) expect_kind(*error);
    for (size_t i = 0; i < memory_.size(); ++i) {
      const std::vector<uint8_t> after = memory_[i].contents();
      for (size_t at = 0; at < after.size(); ++at) {
        if (after[at] == before[i][at]) continue;
        if (error != nullptr) fail("wrote something before an error", function_.name);
        if (!is_written(memory_[i].data.get() + at)) fail("wrote to an input", function_.name);
      }
    }
  }

 private:
  struct Memory {
    std::unique_ptr<uint8_t[]> data;
    size_t size;

    std::vector<uint8_t> contents() const { return {data.get(), data.get() + size}; }
  };
  struct Written {
    const uint8_t* begin;
    const uint8_t* end;
  };

  // A kind of error, and one of the arguments.
  void expect_kind(const Value& error) const {
    const auto is_below = [&](const char* property, double end) {
      const auto found = error.properties.find(property);
      if (found == error.properties.end()) return false;
      const Value& value = *found->second;
      return value.kind == Kind::number && value.number >= 0 && value.number < end;
    };
    const size_t count = function_.arguments.size() + (function_.has_numbers ? 1 : 0);
    if (!is_below("code", kErrorKinds)) fail("an error of no kind", function_.name);
    if (!is_below("argument", static_cast<double>(count == 0 ? 1 : count))) {
      fail("an error of no argument", function_.name);
    }
  }

  bool is_written(const uint8_t* byte) const {
    for (const Written& output : written_) {
      if (byte >= output.begin && byte < output.end) return true;
    }
    return false;
  }

  Value* number(double value) {
    Value* const result = process_.environment.make(Kind::number);
    result->number = value;
    return result;
  }

  Value* block() {
    const bool is_bfloat = bytes_.one_in(2);
    static constexpr double kTemperatures[] = {1, 1, 0.7, 3, 1e-30};
    static constexpr double kSoftcaps[] = {0, 0, 30};
    logits::Numbers named = {};
    named.element = is_bfloat ? 3.0 : 2.0;
    named.outer = static_cast<double>(outer_);
    named.classes = static_cast<double>(classes_);
    named.inner = static_cast<double>(inner_);
    named.outerStride = static_cast<double>(stride_);
    named.temperature = bytes_.pick(kTemperatures);
    named.softcap = bytes_.pick(kSoftcaps);
    named.threads = static_cast<double>(bytes_.below(4));
    named.reduction = static_cast<double>(bytes_.below(3));
    named.emptyMean = static_cast<double>(bytes_.below(3));
    named.ignoreIndex = bytes_.one_in(4) ? kNaN : -100;
    named.labelSmoothing = bytes_.one_in(2) ? 0.1 : 0;
    named.zLoss = bytes_.one_in(2) ? 1e-3 : 0;
    named.upstream = bytes_.one_in(4) ? kNaN : 1;
    named.ties = static_cast<double>(bytes_.below(3));
    named.top = static_cast<double>(top_);
    named.bins = static_cast<double>(bins_);
    double all[sizeof named / sizeof(double)];
    std::memcpy(all, &named, sizeof all);
    if (wrong_ && bytes_.one_in(2)) {
      for (int64_t count = 1 + bytes_.below(3); count > 0; --count) {
        all[bytes_.below(sizeof all / sizeof *all)] = bytes_.pick(kOddNumbers);
      }
    }
    Value* const buffer = process_.environment.make(Kind::array_buffer);
    buffer->length = wrong_ && bytes_.one_in(16) ? static_cast<size_t>(bytes_.below(200))
                                                 : sizeof(logits::Block);
    buffer->data = allocate(buffer->length);
    std::memset(buffer->data, 0, buffer->length);
    std::memcpy(buffer->data, all, buffer->length < sizeof all ? buffer->length : sizeof all);
    return buffer;
  }

  // Says in the block how each argument is passed: few elements now and then in the block itself.
  void pass_arguments() {
    if (arguments_[0]->length != sizeof(logits::Block)) return;
    auto& block = *static_cast<logits::Block*>(arguments_[0]->data);
    const auto may_be_written = [&](const void* begin, size_t size) {
      const auto* const bytes = static_cast<const uint8_t*>(begin);
      written_.push_back({bytes, bytes + size});
    };
    may_be_written(&block.numbers.result, sizeof block.numbers.result);
    for (size_t i = 1; i < arguments_.size(); ++i) {
      Value& value = *arguments_[i];
      const bool is_float = value.type == napi_float32_array;
      auto passing = value.kind == Kind::null ? logits::Passing::absent : logits::Passing::handle;
      const bool fits = value.kind == Kind::typed_array && value.data != nullptr &&
                        (is_float || value.type == napi_int32_array) &&
                        value.length <= logits::limits::copied;
      int64_t length = 0;
      if (fits && bytes_.one_in(3)) {
        passing = is_float ? logits::Passing::floats : logits::Passing::integers;
        length = static_cast<int64_t>(value.length);
        std::memcpy(block.copies[i], value.data, 4 * value.length);
        value.kind = Kind::null;
      }
      block.passing[i] = static_cast<int32_t>(length << logits::limits::passingBits |
                                              static_cast<int64_t>(passing));
      if (wrong_ && bytes_.one_in(16)) block.passing[i] = static_cast<int32_t>(bytes_.random());
      if (is_output(function_.arguments[i - 1])) {
        may_be_written(block.copies[i], sizeof block.copies[i]);
      }
    }
  }

  uint8_t* allocate(size_t size) {
    memory_.push_back({std::unique_ptr<uint8_t[]>(new uint8_t[size]), size});
    return memory_.back().data.get();
  }

  int64_t rows() const { return outer_ * inner_; }

  int64_t length_of(Role role) const {
    switch (role) {
      case Role::logits:
        return rows() == 0 ? 0 : outer_ * stride_;
      case Role::probabilities:
      case Role::floats:
      case Role::like_logits:
      case Role::like_floats:
        return rows() * classes_;
      case Role::class_factors:
        return classes_;
      case Role::ids:
      case Role::id_numbers:
        return rows() * ids_;
      case Role::top_numbers:
      case Role::top_integers:
        return rows() * top_;
      case Role::ignored:
      case Role::source:
      case Role::pair:
        return 2;
      case Role::state_top:
        return tops_;
      case Role::state_counts: {
        const int64_t top = tops_;
        const int64_t bins = bins_;
        return logits::counts::parts
#define PART(name, length) +(length)
#include "../../../native/boundary.def"
            ;
      }
      case Role::state_sums:
        return (logits::sums::bins + bins_) * logits::exactSum::digits;
      case Role::state_confusion:
        return classes_ * classes_;
      default:
        return rows();
    }
  }

  napi_typedarray_type type_of(Role role) {
    static constexpr napi_typedarray_type kIntegers[] = {
        napi_int8_array,     napi_uint8_array,     napi_int16_array,
        napi_uint16_array,   napi_int32_array,     napi_uint32_array,
        napi_bigint64_array, napi_biguint64_array, napi_float32_array};
    const napi_typedarray_type result =
        type_ == napi_float64_array ? napi_float64_array : napi_float32_array;
    switch (role) {
      case Role::logits:
        return type_;
      case Role::floats:
      case Role::like_floats:
        return napi_float32_array;
      case Role::targets:
        return bytes_.pick(kIntegers);
      case Role::probabilities:
      case Role::class_factors:
      case Role::row_factors:
        return bytes_.one_in(2) ? napi_float32_array : napi_float64_array;
      case Role::ids:
      case Role::row_integers:
      case Role::top_integers:
        return napi_int32_array;
      case Role::source:
        return napi_uint8_array;
      case Role::state_sums:
        return napi_bigint64_array;
      case Role::ignored:
      case Role::pair:
      case Role::state_top:
      case Role::state_counts:
      case Role::state_confusion:
      case Role::state_losses:
        return napi_float64_array;
      default:
        return result;
    }
  }

  Value* argument(Role role) {
    fuzz::Value* const value = process_.environment.make(Kind::typed_array);
    if (role == Role::integer) {
      value->kind = Kind::number;
      value->number =
          bytes_.one_in(2) ? static_cast<double>(bytes_.below(5)) : bytes_.pick(kOddNumbers);
      return value;
    }
    if (role == Role::name) {
      static const char* const kNames[] = {"scalar", "avx2", "avx512", "neon", "", "x"};
      value->kind = Kind::string;
      value->text = bytes_.pick(kNames);
      return value;
    }
    const bool may_be_null = role != Role::logits && role != Role::probabilities &&
                             role != Role::pair && role < Role::state_top && role != Role::floats &&
                             role != Role::like_floats;
    if ((may_be_null && bytes_.one_in(4)) || (role >= Role::state_confusion && bytes_.one_in(3))) {
      value->kind = Kind::null;
      return value;
    }
    value->type = type_of(role);
    int64_t length = length_of(role);
    if (role == Role::targets && value->type == napi_float32_array)
      length = length_of(Role::probabilities);
    if (wrong_ && bytes_.one_in(12)) {
      switch (bytes_.below(5)) {
        case 0:
          value->kind = static_cast<Kind>(bytes_.below(10));
          break;
        case 1:
          value->type = static_cast<napi_typedarray_type>(bytes_.below(11));
          break;
        case 2:
          length += bytes_.below(5) - 2;
          break;
        case 3:
          length = bytes_.below(50);
          break;
        default:
          return value;  // detached: of nothing, at null
      }
    }
    if (length < 0) length = 0;
    lay(*value, role, length);
    return value;
  }

  // Gives an array memory: of its own, or another's, or some of another's.
  void lay(Value& value, Role role, int64_t length) {
    const int64_t size = size_of(value.type);
    const auto bytes = static_cast<size_t>(length * size);
    value.length = static_cast<size_t>(length);
    const bool shares = !memory_.empty() && bytes_.one_in(wrong_ ? 6 : 40);
    if (shares) {
      const Memory& other =
          memory_[static_cast<size_t>(bytes_.below(static_cast<int64_t>(memory_.size())))];
      if (other.size >= bytes) {
        const size_t most = (other.size - bytes) / static_cast<size_t>(size);
        const auto place = static_cast<size_t>(bytes_.below(4)) % (most + 1);
        value.data = other.data.get() + place * static_cast<size_t>(size);
      }
    }
    if (value.data == nullptr) {
      // A few elements before it, to try other places.
      const size_t before = static_cast<size_t>(bytes_.below(4)) * static_cast<size_t>(size);
      uint8_t* const memory = allocate(before + bytes);
      std::memset(memory, 0x11, before);
      value.data = memory + before;
      fill(value, role);
    }
    if (is_output(role)) {
      const auto* const begin = static_cast<const uint8_t*>(value.data);
      written_.push_back({begin, begin + bytes});
    }
  }

  void fill(Value& value, Role role) {
    const int64_t size = size_of(value.type);
    auto* const data = static_cast<uint8_t*>(value.data);
    const bool wild = bytes_.one_in(8);
    for (size_t i = 0; i < value.length; ++i) {
      uint8_t* const at = data + i * static_cast<size_t>(size);
      const uint64_t random = bytes_.random();
      double number = static_cast<double>(random >> 40) * 0x1p-20 - 8;
      if (role == Role::ignored) number = i == 0 ? 3 : bytes_.pick(kOddNumbers);
      if (role == Role::state_top) number = 1 + static_cast<double>(random % 8);
      if (role == Role::state_counts || role == Role::state_confusion)
        number = static_cast<double>(random % 100);
      if (wild && random % 16 == 0) number = bytes_.pick(kOddNumbers);
      const auto single = static_cast<float>(std::fabs(number) > 1e30 ? kInfinity : number);
      auto integer =
          static_cast<int64_t>(classes_ == 0 ? 0 : random % static_cast<uint64_t>(classes_));
      if (role == Role::targets && random >> 60 == 0) integer = random >> 59 == 0 ? -100 : 3;
      if (role == Role::state_sums) integer = static_cast<int64_t>(random >> (wild ? 0 : 33));
      if (wild && random % 32 == 1) integer = static_cast<int64_t>(random);
      if (value.type == napi_float32_array) {
        std::memcpy(at, &single, 4);
      } else if (value.type == napi_float64_array) {
        std::memcpy(at, &number, 8);
      } else if (role == Role::logits) {
        std::memcpy(at, &random, static_cast<size_t>(size));
      } else {
        std::memcpy(at, &integer, static_cast<size_t>(size));
      }
    }
  }

  Process& process_;
  Bytes& bytes_;
  const Function& function_;
  int64_t outer_;
  int64_t classes_;
  int64_t inner_;
  int64_t stride_;
  int64_t top_;
  int64_t ids_;
  int64_t tops_;
  int64_t bins_;
  napi_typedarray_type type_;
  bool wrong_;
  std::vector<Memory> memory_;
  std::vector<Written> written_;
  std::vector<Value*> arguments_;
};

// What calls leave behind, as it is before each input.
void reset(Process& process, const char* isa) {
  const auto number = [&](double value) {
    Value* const result = process.environment.make(Kind::number);
    result->number = value;
    return result;
  };
  Value* const name = process.environment.make(Kind::string);
  name->text = isa;
  process.call("selectIsa", {name});
  process.call("setThreads", {number(2)});
  process.call("setStreamingLimit", {number(4096)});
  process.forget();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static Process process;
  static const char* const kSets[] = {"avx2", "avx512", "neon", "scalar"};
  Bytes bytes(data, size);
  reset(process, bytes.pick(kSets));
  Calling(process, bytes, bytes.pick(kFunctions)).run();
  process.forget();
  return 0;
}
