// kernels/part_places.h for AVX2, which can't compress a vector.
#include "kernels/part_places.h"

#define FOOTNOTE_PART_PLACES_KERNEL kPartPlacesAvx2
#include "kernels/part_places.inc"
