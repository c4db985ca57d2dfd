#ifndef FOOTNOTE_AUDIT_SCOPE_H_
#define FOOTNOTE_AUDIT_SCOPE_H_

#include <string>

namespace footnote {

// On whose behalf the room is asked. Nothing of another tenant is shown, and
// what it is asked is recorded with the principal.
struct Scope {
  std::string tenant;
  std::string principal;
};

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_SCOPE_H_
