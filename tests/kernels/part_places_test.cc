#include "kernels/part_places.h"

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "kernels/dispatch.h"

namespace footnote {
namespace {

struct Parted {
  std::vector<uint32_t> positions, ordinals, counts;
  bool rise = true;

  bool operator==(const Parted& other) const {
    return positions == other.positions && ordinals == other.ordinals &&
           counts == other.counts && rise == other.rise;
  }
};

// As the header says it.
Parted Defined(const std::vector<uint32_t>& places, PlaceBits form) {
  Parted out;
  for (size_t i = 0; i < places.size(); ++i) {
    const uint32_t passage = places[i] >> form.bits;
    uint32_t position = places[i] - (passage << form.bits);
    if (position >= uint32_t{1} << (form.bits - 1)) position += form.lift;
    out.positions.push_back(position);
    if (out.ordinals.empty() || out.ordinals.back() != passage) {
      out.ordinals.push_back(passage);
      out.counts.push_back(0);
    }
    ++out.counts.back();
    out.rise = out.rise && (i == 0 || places[i] >= places[i - 1]);
  }
  return out;
}

Parted ByKernel(Isa isa, const std::vector<uint32_t>& places, PlaceBits form) {
  constexpr uint32_t kGuard = 0xabcdef01;
  const size_t room = places.size() + kPartedBeyond;
  Parted out;
  for (auto* part : {&out.positions, &out.ordinals, &out.counts}) {
    part->assign(room + 1, kGuard);
  }
  const size_t size = PartPlacesKernelFor(isa)(
      places.data(), places.size(), form,
      {out.positions.data(), out.ordinals.data(), out.counts.data()},
      &out.rise);
  for (auto* part : {&out.positions, &out.ordinals, &out.counts}) {
    EXPECT_EQ(part->back(), kGuard) << "written too far beyond";
    part->resize(part == &out.positions ? places.size() : size);
  }
  return out;
}

TEST(PartPlacesTest, EveryInstructionSetGivesWhatTheHeaderSays) {
  std::mt19937 random(1);
  for (const Isa isa : kAllIsas) {
    if (!IsaIsSupported(isa)) continue;
    for (const int bits : {1, 2, 8, 13, 31}) {
      const PlaceBits form = {bits, bits < 20 ? 1u << 20 : 0};
      for (const size_t count : {0, 1, 2, 15, 16, 17, 31, 32, 33, 100, 1000}) {
        // Of few passages and of many.
        for (const uint32_t most : {0u, 7u, 0xffffffffu}) {
          std::vector<uint32_t> places(count);
          for (uint32_t& place : places) {
            const uint32_t passage = (random() & most) >> bits;
            place = passage << bits | (random() & ((uint32_t{1} << bits) - 1));
          }
          std::sort(places.begin(), places.end());
          EXPECT_TRUE(ByKernel(isa, places, form) == Defined(places, form))
              << IsaName(isa) << ", " << count << " places of " << bits
              << " bits, most " << most;
        }
      }
    }
  }
}

TEST(PartPlacesTest, SaysWherePlacesOfAPassageDoNotRise) {
  const PlaceBits form = {4, 0};
  for (const Isa isa : kAllIsas) {
    if (!IsaIsSupported(isa)) continue;
    for (size_t fall = 1; fall < 40; ++fall) {
      std::vector<uint32_t> places(40);
      for (size_t i = 0; i < places.size(); ++i) {
        places[i] = static_cast<uint32_t>(i / 20 * 16 + 5);
      }
      EXPECT_TRUE(ByKernel(isa, places, form).rise) << IsaName(isa);
      places[fall] -= 1;
      EXPECT_EQ(ByKernel(isa, places, form).rise, fall == 20)
          << IsaName(isa) << ", " << fall;
      EXPECT_TRUE(ByKernel(isa, places, form) == Defined(places, form));
    }
  }
}

}  // namespace
}  // namespace footnote
