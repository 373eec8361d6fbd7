// Case NUMBER does not hold.
#include "cases.h"

BEGIN
  EXPECT(1, x0, 0)
  EXPECT(NUMBER, x0, 1)
END
