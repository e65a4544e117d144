// SPDX-License-Identifier: GPL-2.0-or-later
// lkmc: package=BR2_PACKAGE_EIGEN
/*
 * eigen_hello - make a matrix by Eigen and print it
 *
 *	# /eigen_hello.out
 *	  3  -1
 *	2.5 1.5
 */

#include <eigen3/Eigen/Dense>
#include <iostream>
#include <lkmc/check.h>

int main()
{
	Eigen::MatrixXd m(2, 2);

	m(0, 0) = 3;
	m(1, 0) = 2.5;
	m(0, 1) = -1;
	m(1, 1) = m(1, 0) + m(0, 1);
	std::cout << m << std::endl;
	CHECK(m(1, 1) == 1.5);
	CHECK(m.determinant() == 7);
	return 0;
}
