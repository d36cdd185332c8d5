// SPDX-License-Identifier: GPL-2.0
/* Showing the fast path: its programs, and how full the image is. */

#include <linux/bpf.h>

#include "image.h"
#include "netlink.h"
#include "show.h"

static int put_section(struct sk_buff *skb, enum vr_section sec, u32 size, u32 used)
{
	struct nlattr *nest = nla_nest_start(skb, VROUTER_A_FASTPATH_SECTION);

	if (!nest || nla_put_string(skb, VROUTER_A_SECTION_NAME, vrouter_section_names[sec]) ||
	    nla_put_u32(skb, VROUTER_A_SECTION_SIZE, size) ||
	    nla_put_u32(skb, VROUTER_A_SECTION_USED, used))
		return -EMSGSIZE;
	nla_nest_end(skb, nest);
	return 0;
}

static int put_prog(struct sk_buff *skb, int attrtype, const struct bpf_prog *prog)
{
	return prog ? nla_put_u32(skb, attrtype, prog->aux->id) : 0;
}

static int fill_fastpath(struct sk_buff *skb, struct vrouter *vr, const void *obj)
{
	const struct vrouter_img *img = vrouter_img(vr);
	struct bpf_prog *const *prog = img->prog;
	enum vr_section sec;

	if (nla_put_u32(skb, VROUTER_A_FASTPATH_ENABLED, !!prog[VROUTER_PROG_UPLINK]) ||
	    put_prog(skb, VROUTER_A_FASTPATH_UPLINK_PROG_ID, prog[VROUTER_PROG_UPLINK]) ||
	    put_prog(skb, VROUTER_A_FASTPATH_VIF_PROG_ID, prog[VROUTER_PROG_VIF]) ||
	    nla_put_u32(skb, VROUTER_A_FASTPATH_ABI, VR_IMAGE_ABI))
		return -EMSGSIZE;
	for (sec = 0; sec < VR_SEC_MAX; sec++)
		if (put_section(skb, sec, img->view.size[sec], vrouter_img_used(vr, sec)))
			return -EMSGSIZE;
	return 0;
}

/* What the first command in a namespace will make. */
static int fill_default(struct sk_buff *skb, struct vrouter *vr, const void *obj)
{
	u32 size[VR_SEC_MAX];
	enum vr_section sec;

	vrouter_img_default_sizes(size);
	if (nla_put_u32(skb, VROUTER_A_FASTPATH_ENABLED, 0) ||
	    nla_put_u32(skb, VROUTER_A_FASTPATH_ABI, VR_IMAGE_ABI))
		return -EMSGSIZE;
	for (sec = 0; sec < VR_SEC_MAX; sec++)
		if (put_section(skb, sec, size[sec], 0))
			return -EMSGSIZE;
	return 0;
}

void vrouter_notify_fastpath(struct vrouter *vr, u8 cmd)
{
	vrouter_notify(vr, cmd, fill_fastpath, NULL);
}

static bool has_prog(struct vrouter *vr, const struct nlattr *id)
{
	const struct bpf_prog *prog = vrouter_img(vr)->prog[VROUTER_PROG_UPLINK];

	return prog && prog->aux->id == nla_get_u32(id);
}

int vrouter_nl_fastpath_get_doit(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *id = info->attrs[VROUTER_A_FASTPATH_UPLINK_PROG_ID];
	struct vrouter *vr = vrouter_lock(genl_info_net(info));
	int err;

	if (id && !(vr && has_prog(vr, id)))
		err = vrouter_refuse(info->extack, id, -ENOENT,
				     "uplink-prog-id: the program is not in use");
	else
		err = vrouter_reply(info, vr, vr ? fill_fastpath : fill_default, NULL);
	vrouter_unlock(vr);
	return err;
}
