#ifndef FOOTNOTE_AUDIT_CRYPTO_SODIUM_H_
#define FOOTNOTE_AUDIT_CRYPTO_SODIUM_H_

namespace footnote {

// Makes libsodium ready; must come before any other call of it. Cheap after
// the first time; ends the program where the system has no random numbers.
void StartSodium();

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_CRYPTO_SODIUM_H_
