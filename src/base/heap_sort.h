// A sort for lists that are short or rarely sorted: each use of std::sort brings four kilobytes of
// code of its own, a heap sort a few hundred bytes. Like std::sort it is not stable and takes n log
// n steps at most, whatever the order.
#pragma once

#include <algorithm>
#include <functional>

namespace tare {

template <class List, class Less = std::less<>>
void heap_sort(List& list, Less less = {}) {
  std::make_heap(list.begin(), list.end(), less);
  std::sort_heap(list.begin(), list.end(), less);
}

}  // namespace tare
