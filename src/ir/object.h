// Counted things a handle refers to: variables, hash tables, tensor lists. No RTTI: each class has
// a kind of its own.
#pragma once

#include <memory>

namespace tare {

class Object {
 public:
  explicit Object(const void* kind) : kind_(kind) {}
  virtual ~Object() = default;
  const void* kind() const { return kind_; }

 private:
  const void* kind_;
};

using ObjectPtr = std::shared_ptr<Object>;

// A class T with `static constexpr char kKind{}` that passes &kKind to Object; null when the handle
// is of another kind.
template <class T>
T* object_as(const ObjectPtr& object) {
  return object != nullptr && object->kind() == &T::kKind ? static_cast<T*>(object.get()) : nullptr;
}

}  // namespace tare
