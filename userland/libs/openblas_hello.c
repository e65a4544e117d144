// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: package=BR2_PACKAGE_OPENBLAS ldflags=-lopenblas
/*
 * openblas_hello - multiply matrices by BLAS: C = 1 * A * B^T + 2 * C
 *
 * Matrices are stored column by column.
 *
 *	# /openblas_hello.out
 *	11 -9 5
 *	-9 21 -1
 *	5 -1 3
 */

#include <cblas.h>
#include <lkmc/check.h>

int main(void)
{
	const double a[3 * 2] = { 1, 2, 1, -3, 4, -1 };
	const double b[3 * 2] = { 1, 2, 1, -3, 4, -1 };
	const double want[3 * 3] = { 11, -9, 5, -9, 21, -1, 5, -1, 3 };
	double c[3 * 3] = { .5, .5, .5, .5, .5, .5, .5, .5, .5 };

	cblas_dgemm(CblasColMajor, CblasNoTrans, CblasTrans, 3, 3, 2,
		    1, a, 3, b, 3, 2, c, 3);
	for (int row = 0; row < 3; row++)
		printf("%g %g %g\n", c[row], c[row + 3], c[row + 6]);
	/* Small integers: no rounding. */
	CHECK(memcmp(c, want, sizeof(want)) == 0);
	return 0;
}
