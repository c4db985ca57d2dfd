#ifndef FOOTNOTE_AUDIT_RETENTION_H_
#define FOOTNOTE_AUDIT_RETENTION_H_

#include <map>
#include <string>

namespace footnote {

// How long records stay, in days; never less than this.
inline constexpr int kLeastRetentionDays = 183;

struct RetentionPolicy {
  // 0: for ever.
  int default_days = 0;
  // By collection.
  std::map<std::string, int> days;
};

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_RETENTION_H_
