/* One stage includes another. */
#include "stages/y/y.h"
