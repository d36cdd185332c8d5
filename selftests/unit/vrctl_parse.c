// SPDX-License-Identifier: GPL-2.0
/* vrctl: values as a user types them. */
#include <sys/socket.h>

#include "unit.h"
#include "../../userspace/parse.c"

static void assert_uint(const char *s, uint64_t max, int ret, uint64_t expected)
{
	uint64_t val = 0;

	assert_int_equal(parse_uint(s, max, &val), ret);
	assert_int_equal(val, expected);
}

TEST(numbers)
{
	assert_uint("0", UINT8_MAX, 0, 0);
	assert_uint("255", UINT8_MAX, 0, 255);
	assert_uint("010", UINT8_MAX, 0, 10);
	assert_uint("0xff", UINT8_MAX, 0, 255);
	assert_uint("0XfF", UINT8_MAX, 0, 255);
	assert_uint("4294967295", UINT32_MAX, 0, UINT32_MAX);
	assert_uint("18446744073709551615", UINT64_MAX, 0, UINT64_MAX);
	assert_uint("7", 7, 0, 7);
}

TEST(numbers_malformed)
{
	static const char *const bad[] = {
		"", "-1", "+1", " 1", "1 ", "1x", "0x", "x", "1.5", "0x1g", "ff", NULL
	};

	for (size_t i = 0; bad[i]; i++)
		assert_uint(bad[i], UINT32_MAX, -1, 0);
	assert_uint("256", UINT8_MAX, -1, 0);
	assert_uint("0x100", UINT8_MAX, -1, 0);
	assert_uint("8", 7, -1, 0);
	assert_uint("4294967296", UINT32_MAX, -1, 0);
	assert_uint("18446744073709551616", UINT64_MAX, -1, 0);
	assert_uint("99999999999999999999999999", UINT64_MAX, -1, 0);
}

TEST(macs)
{
	static const uint8_t expected[MAC_LEN] = { 2, 0, 0xc0, 0, 2, 0xff };
	static const char *const bad[] = {
		"", ":", "02:00:c0:00:02", "02:00:c0:00:02:", "02:00:c0:00:02:ff:",
		"02:00:c0:00:02:ff:00", "02-00-c0-00-02-ff", "002:00:c0:00:02:ff",
		"02:00:c0:00:02:fg", "02::c0:00:02:ff", "0200c00002ff", NULL
	};
	uint8_t mac[MAC_LEN];

	assert_int_equal(parse_mac("02:00:c0:00:02:ff", mac), 0);
	assert_memory_equal(mac, expected, MAC_LEN);
	memset(mac, 0, sizeof(mac));
	assert_int_equal(parse_mac("2:0:C0:0:2:FF", mac), 0);
	assert_memory_equal(mac, expected, MAC_LEN);
	for (size_t i = 0; bad[i]; i++) {
		assert_int_equal(parse_mac(bad[i], mac), -1);
		assert_memory_equal(mac, expected, MAC_LEN);
	}
}

static void assert_prefix(const char *s, uint8_t family, const char *addr, uint8_t len)
{
	struct prefix p = { 0 };
	uint8_t bytes[16] = { 0 };
	int af = strchr(addr, ':') ? AF_INET6 : AF_INET;

	assert_int_equal(parse_prefix(s, family, &p), 0);
	assert_int_equal(inet_pton(af, addr, bytes), 1);
	assert_int_equal(p.addr.family, af);
	assert_int_equal(p.addr.size, af == AF_INET6 ? 16 : 4);
	assert_memory_equal(p.addr.bytes, bytes, sizeof(bytes));
	assert_int_equal(p.len, len);
}

TEST(prefixes)
{
	assert_prefix("10.1.2.0/24", AF_UNSPEC, "10.1.2.0", 24);
	assert_prefix("10.1.2.3", AF_UNSPEC, "10.1.2.3", 32);
	assert_prefix("fd00:1::/64", AF_UNSPEC, "fd00:1::", 64);
	assert_prefix("fd00::1", AF_INET6, "fd00::1", 128);
	assert_prefix("default", AF_UNSPEC, "0.0.0.0", 0);
	assert_prefix("default", AF_INET, "0.0.0.0", 0);
	assert_prefix("default", AF_INET6, "::", 0);
}

/* What only the module judges goes through as it was typed. */
TEST(prefixes_unjudged)
{
	assert_prefix("10.1.2.3/24", AF_UNSPEC, "10.1.2.3", 24);
	assert_prefix("fd00::1/64", AF_UNSPEC, "fd00::1", 64);
	assert_prefix("10.1.2.0/33", AF_UNSPEC, "10.1.2.0", 33);
	assert_prefix("fd00::/255", AF_UNSPEC, "fd00::", 255);
}

TEST(prefixes_malformed)
{
	static const char *const bad[] = {
		"", "/", "/24", "10.1.2/24", "10.1.2.0/", "10.1.2.0/-1", "10.1.2.0/24/1",
		"10.1.2.0/256", "10.1.2.256", "fd00::/x", "fd00:::1", "red", "default/0",
		"1111:2222:3333:4444:5555:6666:7777:8888:9999",
		"1111:2222:3333:4444:5555:6666:255.255.255.2555555555555555555555555", NULL
	};
	struct prefix p;

	for (size_t i = 0; bad[i]; i++)
		assert_int_equal(parse_prefix(bad[i], AF_UNSPEC, &p), -1);
	assert_int_equal(parse_prefix("10.0.0.0/8", AF_INET6, &p), -1);
	assert_int_equal(parse_prefix("fd00::/8", AF_INET, &p), -1);
}

TEST(names)
{
	static const char *const list[] = { "", "one", "two", NULL };
	uint64_t val = 9;

	assert_int_equal(parse_name("two", list, &val), 0);
	assert_int_equal(val, 2);
	assert_int_equal(parse_name("", list, &val), -1);
	assert_int_equal(parse_name("on", list, &val), -1);
	assert_int_equal(parse_name("three", list, &val), -1);
	assert_int_equal(val, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers),
		cmocka_unit_test(numbers_malformed),
		cmocka_unit_test(macs),
		cmocka_unit_test(prefixes),
		cmocka_unit_test(prefixes_unjudged),
		cmocka_unit_test(prefixes_malformed),
		cmocka_unit_test(names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
