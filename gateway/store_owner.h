// Leaves no file in a store that the store's owner can't open.
#ifndef FOOTNOTE_GATEWAY_STORE_OWNER_H_
#define FOOTNOTE_GATEWAY_STORE_OWNER_H_

#include <string>

namespace footnote {

// Where root works in a store that is somebody else's, such as the packaged
// service's, files that root made there would keep the owner from opening it.
// At the end of its life they are given to the folder's owner: make one before
// the store is opened. For anybody but root, nothing happens; nor to files that
// are no store's, and nothing at all in a folder that holds no store.
class StoreOwner {
 public:
  explicit StoreOwner(std::string folder) : folder_(std::move(folder)) {}
  ~StoreOwner();
  StoreOwner(const StoreOwner&) = delete;
  StoreOwner& operator=(const StoreOwner&) = delete;

 private:
  const std::string folder_;
};

}  // namespace footnote

#endif  // FOOTNOTE_GATEWAY_STORE_OWNER_H_
