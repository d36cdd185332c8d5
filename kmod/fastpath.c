// SPDX-License-Identifier: GPL-2.0
/*
 * The fast path: taking the maps of loaded XDP programs as the image's memory.
 *
 * The programs come as file descriptors. A program's maps are in its
 * used_maps; each section of the image is the map vr_<name>, an array whose
 * memory the map's own lookup gives. The module holds the programs, and they
 * hold the maps, for as long as the image lies there.
 */

#include <linux/bpf.h>
#include <linux/rtnetlink.h>

#include "image.h"
#include "netlink.h"
#include "objects.h"

#define MAP_PREFIX	"vr_"

static bool is_section(const struct bpf_map *map, int sec)
{
	return !strncmp(map->name, MAP_PREFIX, strlen(MAP_PREFIX)) &&
	       !strcmp(map->name + strlen(MAP_PREFIX), vrouter_section_names[sec]);
}

static struct bpf_map *find_map(struct bpf_prog *prog, int sec)
{
	struct bpf_map *map = NULL;
	u32 i;

	mutex_lock(&prog->aux->used_maps_mutex);
	for (i = 0; i < prog->aux->used_map_cnt && !map; i++)
		if (is_section(prog->aux->used_maps[i], sec))
			map = prog->aux->used_maps[i];
	mutex_unlock(&prog->aux->used_maps_mutex);
	return map;
}

static void *map_memory(struct bpf_map *map)
{
	u32 zero = 0;
	void *mem;

	rcu_read_lock();
	mem = map->ops->map_lookup_elem(map, &zero);
	rcu_read_unlock();
	return mem;
}

/* A program of another build has other records: it must not be mixed in. */
static bool map_fits(const struct bpf_map *map, int sec)
{
	return map->map_type == BPF_MAP_TYPE_ARRAY && map->key_size == sizeof(u32) &&
	       map->value_size == vrouter_record_sizes[sec] && map->max_entries;
}

static int find_sections(struct bpf_prog *prog[VROUTER_PROG_MAX], void *base[VR_SEC_MAX],
			 u32 size[VR_SEC_MAX], struct netlink_ext_ack *extack)
{
	struct bpf_map *map, *other;
	int i;

	for (i = 0; i < VR_SEC_MAX; i++) {
		map = find_map(prog[VROUTER_PROG_UPLINK], i);
		other = find_map(prog[VROUTER_PROG_VIF], i);
		if (!map || map != other) {
			NL_SET_ERR_MSG(extack,
				       "uplink-prog-fd, vif-prog-fd: the programs must share one set of image maps; load vrouter's own object");
			return -EINVAL;
		}
		if (!map_fits(map, i)) {
			NL_SET_ERR_MSG(extack,
				       "uplink-prog-fd: its maps have another image ABI; programs and module must be of one version");
			return -EPROTO;
		}
		base[i] = map_memory(map);
		size[i] = map->max_entries;
		if (!base[i])
			return -EINVAL;
	}
	return 0;
}

/* Maps that hold an image, in force or retired, cannot take another. */
static int check_unused(struct vrouter *vr, void *const base[VR_SEC_MAX],
			struct netlink_ext_ack *extack)
{
	struct vrouter_img *img;
	bool used = vrouter_img(vr)->view.base[VR_SEC_HDR] == base[VR_SEC_HDR];

	list_for_each_entry(img, &vr->retired_imgs, list)
		used |= img->view.base[VR_SEC_HDR] == base[VR_SEC_HDR];
	/* An image that another instance put there, or an earlier module left. */
	used |= READ_ONCE(((struct vr_hdr *)base[VR_SEC_HDR])->magic) != 0;
	if (!used)
		return 0;
	NL_SET_ERR_MSG(extack,
		       "uplink-prog-fd: its maps hold an image already; load the object anew");
	return -EEXIST;
}

static int get_programs(struct genl_info *info, struct bpf_prog *prog[VROUTER_PROG_MAX])
{
	static const int attr[] = {
		[VROUTER_PROG_UPLINK] = VROUTER_A_FASTPATH_UPLINK_PROG_FD,
		[VROUTER_PROG_VIF] = VROUTER_A_FASTPATH_VIF_PROG_FD,
	};
	int i, err;

	for (i = 0; i < VROUTER_PROG_MAX; i++) {
		if (!info->attrs[attr[i]])
			return vrouter_missing(info, attr[i],
					       "uplink-prog-fd, vif-prog-fd: both are needed");
		prog[i] = bpf_prog_get_type_dev(nla_get_u32(info->attrs[attr[i]]),
						BPF_PROG_TYPE_XDP, false);
		if (IS_ERR(prog[i])) {
			err = PTR_ERR(prog[i]);
			prog[i] = NULL;
			NL_SET_ERR_MSG_ATTR(info->extack, info->attrs[attr[i]],
					    "uplink-prog-fd, vif-prog-fd: must be file descriptors of XDP programs");
			return err;
		}
	}
	return 0;
}

static int fastpath_new(struct vrouter *vr, struct genl_info *info)
{
	struct bpf_prog *prog[VROUTER_PROG_MAX] = {};
	struct vrouter_img *img = NULL;
	void *base[VR_SEC_MAX];
	u32 size[VR_SEC_MAX];
	int err, i;

	err = get_programs(info, prog);
	if (!err)
		err = find_sections(prog, base, size, info->extack);
	if (!err)
		err = check_unused(vr, base, info->extack);
	if (!err) {
		img = vrouter_img_wrap(base, size);
		err = img ? vrouter_img_replace(vr, img, info->extack) : -ENOMEM;
	}
	if (err) {
		if (img)
			vrouter_img_free(img);
		for (i = 0; i < VROUTER_PROG_MAX; i++)
			if (prog[i])
				bpf_prog_put(prog[i]);
		return err;
	}
	memcpy(img->prog, prog, sizeof(prog));
	vrouter_img_prune(vr);
	vr->gen++;
	vrouter_notify_fastpath(vr, VROUTER_CMD_FASTPATH_NTF);
	return 0;
}

static int fastpath_del(struct vrouter *vr, struct genl_info *info)
{
	struct nlattr *attr = info->attrs[VROUTER_A_FASTPATH_UPLINK_PROG_ID];
	struct vrouter_img *old = vrouter_img(vr), *img;
	int err;

	if (!old->prog[VROUTER_PROG_UPLINK]) {
		NL_SET_ERR_MSG(info->extack, "fastpath: is not enabled");
		return -ENOENT;
	}
	if (attr && nla_get_u32(attr) != old->prog[VROUTER_PROG_UPLINK]->aux->id)
		return vrouter_refuse(info->extack, attr, -ENOENT,
				      "uplink-prog-id: another program is in use");
	img = vrouter_img_alloc(old->view.size);
	if (!img)
		return -ENOMEM;
	err = vrouter_img_replace(vr, img, info->extack);
	if (err) {
		vrouter_img_free(img);
		return err;
	}
	vrouter_img_prune(vr);
	vr->gen++;
	vrouter_notify_fastpath(vr, VROUTER_CMD_FASTPATH_DEL_NTF);
	return 0;
}

int vrouter_nl_fastpath_new_doit(struct sk_buff *skb, struct genl_info *info)
{
	return vrouter_run_rtnl(info, fastpath_new);
}

int vrouter_nl_fastpath_del_doit(struct sk_buff *skb, struct genl_info *info)
{
	return vrouter_run_rtnl(info, fastpath_del);
}
