// A weights file with a tokenizer of a few pieces, made in memory.
#ifndef FOOTNOTE_TESTS_MODEL_ENCODER_TOY_WEIGHTS_H_
#define FOOTNOTE_TESTS_MODEL_ENCODER_TOY_WEIGHTS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace footnote {

using Sections = std::vector<std::pair<std::string, std::string>>;

// The bytes of a weights file of these sections, every hash right.
std::string WeightsFileOf(const Sections& sections, unsigned version = 1,
                          const std::string& kind = "made-up");

// The sections tokenizer/* of a vocabulary: piece i has `scores[i]`; an empty
// piece is never found. The normaliser maps 'A' to 'a' and nothing else.
Sections TokenizerSections(const std::vector<std::string>& pieces,
                           const std::vector<float>& scores);

// The sections of one tongue with `pieces`, known by the letters (code points)
// `letters`; capital A to Z fold to small ones, pieces of the first vocabulary
// cost 1 more.
Sections TongueSections(const std::vector<std::string>& pieces,
                        const std::vector<float>& scores,
                        const std::vector<int32_t>& letters);

// The sections embedding/*, and, when `tongue_rows` > 0, tongues/rows and
// tongues/scale, of random numbers.
Sections TableSections(size_t tongue_rows);

// The sections of USE's network, "PREFIXprojection/weights" and so on, of
// random weights.
Sections NetworkSections(const std::string& prefix);

}  // namespace footnote

#endif  // FOOTNOTE_TESTS_MODEL_ENCODER_TOY_WEIGHTS_H_
