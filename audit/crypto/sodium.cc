#include "audit/crypto/sodium.h"

#include <sodium.h>

#include <cstdlib>

namespace footnote {

void StartSodium() {
  static const bool ready = sodium_init() >= 0;
  if (!ready) abort();
}

}  // namespace footnote
