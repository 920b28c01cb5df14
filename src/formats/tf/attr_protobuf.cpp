// Field numbers are those of TensorFlow's .proto files.
#include "formats/tf/attr_protobuf.h"

namespace tare {
namespace {

constexpr int kMaxAttrDepth = 64;

class AttrDecoder {
 public:
  explicit AttrDecoder(bool& ok) : ok_(ok) {}

  TfShape shape(std::span<const std::byte> bytes);
  TfAttr attr(std::span<const std::byte> bytes);

 private:
  TfTensor tensor(std::span<const std::byte> bytes);
  std::string function_name(std::span<const std::byte> bytes);
  TfAttr list(std::span<const std::byte> bytes);
  void done(const Protobuf& p) { ok_ &= p.ok(); }

  bool& ok_;
  int depth_ = 0;
};

TfShape AttrDecoder::shape(std::span<const std::byte> bytes) {
  TfShape s;
  Protobuf p(bytes);
  while (p.next()) {
    if (p.field() == 3) s.unknown_rank = p.natural() != 0;
    if (p.field() != 2) continue;
    std::int64_t size = 0;
    Protobuf dim(p.bytes());
    while (dim.next()) {
      if (dim.field() == 1) size = dim.integer();
    }
    done(dim);
    s.dims.push_back(size);
  }
  done(p);
  return s;
}

TfTensor AttrDecoder::tensor(std::span<const std::byte> bytes) {
  TfTensor t;
  Protobuf p(bytes);
  while (p.next()) {
    switch (p.field()) {
      case 1:
        t.type = {p.integer()};
        break;
      case 2:
        t.shape = shape(p.bytes());
        break;
      case 4:
        t.content = p.text();
        break;
      case 5:
      case 9:
        p.numbers(5, [&](Protobuf& q) { t.numbers.push_back(static_cast<double>(q.raw_f32())); });
        break;
      case 6:
      case 12:
        p.numbers(1, [&](Protobuf& q) { t.numbers.push_back(q.raw_f64()); });
        break;
      case 8:
        t.strings.push_back(p.text());
        break;
      case 7:
      case 10:
      case 11:
      case 13:
      case 16:
      case 17:
        p.numbers(0, [&](Protobuf& q) {
          t.integers.push_back(static_cast<std::int64_t>(q.raw_varint()));
        });
        break;
      default:
        break;
    }
  }
  done(p);
  return t;
}

// A function's name; the attributes bound to it may bind functions again, and are looked at for
// soundness alone.
std::string AttrDecoder::function_name(std::span<const std::byte> bytes) {
  std::string name;
  if (depth_ >= kMaxAttrDepth) {
    ok_ = false;
    return name;
  }
  ++depth_;
  Protobuf p(bytes);
  while (p.next()) {
    if (p.field() == 1)
      name = p.text();
    else if (p.field() == 2)
      attr(protobuf_map_entry(p.bytes(), ok_).second);
  }
  --depth_;
  done(p);
  return name;
}

TfAttr AttrDecoder::list(std::span<const std::byte> bytes) {
  using Kind = TfAttr::Kind;
  TfAttr a{.kind = Kind::kList};
  Protobuf p(bytes);
  while (p.next()) {
    switch (p.field()) {
      case 2:
        a.list.push_back({.kind = Kind::kString, .text = p.text()});
        break;
      case 3:
        p.numbers(0, [&](Protobuf& q) {
          a.list.push_back(
              {.kind = Kind::kInt, .integer = static_cast<std::int64_t>(q.raw_varint())});
        });
        break;
      case 4:
        p.numbers(5, [&](Protobuf& q) {
          a.list.push_back({.kind = Kind::kFloat, .number = static_cast<double>(q.raw_f32())});
        });
        break;
      case 5:
        p.numbers(0, [&](Protobuf& q) {
          a.list.push_back({.kind = Kind::kBool, .integer = q.raw_varint() != 0});
        });
        break;
      case 6:
        p.numbers(0, [&](Protobuf& q) {
          a.list.push_back(
              {.kind = Kind::kType, .type = {static_cast<std::int64_t>(q.raw_varint())}});
        });
        break;
      case 7:
        a.list.push_back({.kind = Kind::kShape, .shape = shape(p.bytes())});
        break;
      case 9:
        a.list.push_back({.kind = Kind::kFunction, .text = function_name(p.bytes())});
        break;
      default:
        break;
    }
  }
  done(p);
  return a;
}

TfAttr AttrDecoder::attr(std::span<const std::byte> bytes) {
  using Kind = TfAttr::Kind;
  TfAttr a;
  Protobuf p(bytes);
  while (p.next()) {
    switch (p.field()) {
      case 1:
        a = list(p.bytes());
        break;
      case 2:
        a = {.kind = Kind::kString, .text = p.text()};
        break;
      case 3:
        a = {.kind = Kind::kInt, .integer = p.integer()};
        break;
      case 4:
        a = {.kind = Kind::kFloat, .number = static_cast<double>(p.f32())};
        break;
      case 5:
        a = {.kind = Kind::kBool, .integer = p.natural() != 0};
        break;
      case 6:
        a = {.kind = Kind::kType, .type = {p.integer()}};
        break;
      case 7:
        a = {.kind = Kind::kShape, .shape = shape(p.bytes())};
        break;
      case 8:
        a = {.kind = Kind::kTensor, .tensor = std::make_shared<TfTensor>(tensor(p.bytes()))};
        break;
      case 9:
        a = {.kind = Kind::kPlaceholder, .text = p.text()};
        break;
      case 10:
        a = {.kind = Kind::kFunction, .text = function_name(p.bytes())};
        break;
      default:
        break;
    }
  }
  done(p);
  return a;
}

}  // namespace

TfShape decode_tf_shape(std::span<const std::byte> protobuf, bool& ok) {
  return AttrDecoder(ok).shape(protobuf);
}

TfAttr decode_tf_attr(std::span<const std::byte> protobuf, bool& ok) {
  return AttrDecoder(ok).attr(protobuf);
}

}  // namespace tare
