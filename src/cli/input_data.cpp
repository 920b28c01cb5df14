// Finding the data, fitting the shape, converting the elements.
#include "cli/input_data.h"

#include <algorithm>
#include <cstring>
#include <optional>

#include "api/quantised_io.h"
#include "cli/data_file.h"
#include "cli/elements.h"
#include "cli/files.h"
#include "cli/tensor_json.h"
#include "ir/strings.h"

namespace tare::cli {
namespace {

Error bad_input(const TensorInfo& input, std::string message) {
  return {Code::kInvalidArgument, std::move(message), "input '" + input.name + "'"};
}

DType taken_dtype(const TensorInfo& input, bool raw) {
  return !raw && is_quantised_io(input.type) ? DType::kFloat32 : input.type.dtype;
}

class InputReader {
 public:
  InputReader(const Signature& signature, bool raw)
      : signature_(signature), raw_(raw), values_(signature.inputs.size()) {}

  Status add(const std::string& word) {
    const std::size_t equals = word.find('=');
    if (equals != std::string::npos) {
      if (const auto named = find(std::string_view(word).substr(0, equals)))
        return add_text(*named, word.substr(equals + 1));
      // Data begin with a bracket, a brace or a quote, and a file's name may hold the sign.
      if (std::string_view("[{\"").find(word[0]) == std::string_view::npos && !is_file(word))
        return no_such_input(std::string_view(word).substr(0, equals));
    }
    const auto free =
        std::find_if(values_.begin(), values_.end(), [](const auto& v) { return !v; });
    if (free == values_.end()) {
      return Error{
          Code::kInvalidArgument,
          "more --input than the model has inputs (" + std::to_string(values_.size()) + ")",
          {}};
    }
    return add_text(static_cast<std::size_t>(free - values_.begin()), word);
  }

  Result<std::vector<TensorValue>> take() {
    std::vector<TensorValue> values;
    for (std::size_t i = 0; i < values_.size(); ++i) {
      const TensorInfo& input = signature_.inputs[i];
      if (!values_[i]) {
        return bad_input(input, "no data given; it takes " +
                                    std::string(dtype_name(input.type.dtype)) + " " +
                                    input.type.shape.text() + ": --input '" + input.name + "=...'");
      }
      values.push_back(std::move(*values_[i]));
    }
    return values;
  }

 private:
  std::optional<std::size_t> find(std::string_view name) const {
    for (std::size_t i = 0; i < signature_.inputs.size(); ++i) {
      if (signature_.inputs[i].name == name) return i;
    }
    return std::nullopt;
  }

  Error no_such_input(std::string_view name) const {
    std::string message = "the model has no input '" + std::string(name) + "'; it has";
    for (const TensorInfo& input : signature_.inputs) {
      message += (&input == signature_.inputs.data() ? " '" : ", '") + input.name + "'";
    }
    return {Code::kInvalidArgument, std::move(message), {}};
  }

  Status add_text(std::size_t i, const std::string& text) {
    if (text.ends_with(".npy") || text.ends_with(".csv")) return add_file(i, text);
    std::string json = text;
    if (text.ends_with(".json") && is_file(text)) {
      const auto bytes = read_file(text);
      if (!bytes) return bytes.error();
      json.assign(reinterpret_cast<const char*>(bytes->data()), bytes->size());
    }
    const auto document = JsonDocument::parse(json);
    if (!document) {
      return bad_input(signature_.inputs[i],
                       document.error().message +
                           "; --input takes JSON, or a .json, .npy or .csv file: " + text);
    }
    return add_json(i, document->root());
  }

  Status add_file(std::size_t i, const std::string& path) {
    const auto bytes = read_file(path);
    if (!bytes) return bytes.error();
    const std::string_view text(reinterpret_cast<const char*>(bytes->data()), bytes->size());
    const bool strings = signature_.inputs[i].type.dtype == DType::kString;
    auto value = path.ends_with(".npy") ? read_npy(bytes->bytes()) : read_csv(text, strings);
    if (!value) return Error{value.error().code, value.error().message, path};
    return put(i, value.take());
  }

  Status add_json(std::size_t i, Json data) {
    if (data.is_object() && !data.has("data")) return add_members(data);
    const TensorInfo& input = signature_.inputs[i];
    const Json elements = data.is_object() ? data.at("data") : data;
    auto given = shape_of(elements);
    if (data.is_object() && data.has("shape")) {
      ErrorSink sink;
      const auto extents = data.at("shape").integers(sink, kMaxRank);
      if (!sink.ok()) return sink.error();
      given = Shape(extents);
    } else if (given && is_complex(input.type.dtype) && given->rank() > 0 && given->back() == 2) {
      given->erase(given->rank() - 1);
    }
    if (!given) return bad_input(input, given.error().text());
    auto value = tensor_from_json(elements, taken_dtype(input, raw_), *given);
    if (!value) return bad_input(input, value.error().text());
    return put(i, value.take());
  }

  Status add_members(Json object) {
    for (const Json member : object) {
      const auto named = find(member.key());
      if (!named) return no_such_input(member.key());
      if (Status status = add_json(*named, member); !status) return status;
    }
    return {};
  }

  Status put(std::size_t i, const TensorValue& value) {
    const TensorInfo& input = signature_.inputs[i];
    auto converted = convert_elements(value, taken_dtype(input, raw_));
    if (!converted) return bad_input(input, converted.error().message);
    const auto shape = fit_shape(value.type.shape, input.type.shape);
    if (!shape) return bad_input(input, shape.error().message);
    converted->type.shape = *shape;
    values_[i] = converted.take();
    return {};
  }

  const Signature& signature_;
  bool raw_;
  std::vector<std::optional<TensorValue>> values_;
};

// `wanted` with each unknown extent as 1.
Shape with_ones(Shape wanted) {
  for (int i = 0; i < wanted.rank(); ++i) {
    if (!is_known(wanted[i])) wanted[i] = 1;
  }
  return wanted;
}

}  // namespace

Result<std::vector<TensorValue>> read_inputs(const Signature& signature,
                                             const InputOptions& options) {
  InputReader reader(signature, options.raw);
  for (const std::string& value : options.values) {
    if (Status status = reader.add(value); !status) return status.error();
  }
  return reader.take();
}

Result<Shape> fit_shape(const Shape& given, const Shape& wanted) {
  if (!wanted.ranked() || given.rank() == wanted.rank()) return given;
  if (given.rank() + 1 == wanted.rank() && given.rank() > 0) {
    Shape row = wanted;
    row.erase(0);
    Shape batched = given;
    batched.insert(0, 1);
    if (compatible(given, row) && (!is_known(wanted[0]) || wanted[0] == 1)) return batched;
  }
  const Shape smallest = with_ones(wanted);
  if (given.rank() <= 1) {
    const Dim count = given.elements();
    const auto whole = smallest.checked_elements();
    if (whole && *whole == count) return smallest;
    Shape rows = smallest;
    rows[0] = 1;
    const auto row = rows.checked_elements();
    if (!is_known(wanted[0]) && row && *row > 0 && count % *row == 0) {
      rows[0] = count / *row;
      return rows;
    }
  }
  return Error{Code::kInvalidArgument,
               "data of shape " + given.text() + " do not fit shape " + wanted.text(),
               {}};
}

Status feed(Model& model, int input, const TensorValue& value) {
  if (value.type.dtype == DType::kString) {
    std::vector<std::string> strings;
    const std::int64_t count = value.type.shape.elements();
    for (std::int64_t i = 0; i < count; ++i)
      strings.emplace_back(string_at(value.bytes.bytes(), i));
    return model.set_strings(input, strings);
  }
  Tensor target = model.input(input);
  if (value.type.dtype == target.dtype && value.bytes.size() == target.size) {
    if (target.size > 0) std::memcpy(target.data, value.bytes.data(), target.size);
  } else if (value.type.dtype == DType::kFloat32 && target.quantization != nullptr) {
    quantise(value.bytes.as<float>(), target);
  } else {
    return Error{Code::kInvalidArgument,
                 "data of type " + std::string(dtype_name(value.type.dtype)) + " for " +
                     std::string(dtype_name(target.dtype)),
                 "input " + std::to_string(input)};
  }
  return {};
}

TensorValue fetch(const Model& model, int output, bool raw) {
  const Tensor stored = model.output(output);
  TensorValue value = TensorValue::copy_of(stored);
  if (raw || !is_quantised_io(value.type)) return value;
  TensorValue reals = TensorValue::zeros(tensor_type(DType::kFloat32, stored.shape));
  dequantise(stored, reals.view().as<float>());
  return reals;
}

}  // namespace tare::cli
