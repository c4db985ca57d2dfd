// kernels/part_places.h for any processor: the compiler's baseline.
#include "kernels/part_places.h"

#define FOOTNOTE_PART_PLACES_KERNEL kPartPlacesScalar
#include "kernels/part_places.inc"
