#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Open vSwitch's userspace datapath between vin and vout, in the network namespace
# that this is called in. Leaves two daemons, whose numbers are in DIR/db.pid and
# DIR/vswitchd.pid, for its caller to end.
#
# Usage: ovs.sh DIR encap|decap CPU
#
#	encap:	vin -- br0 -- vxlan   br-phy (192.0.2.1) -- vout
#	decap:	vin -- br-phy (192.0.2.1)   vxlan -- br0 -- vout
#
# br-phy owns the tunnel's address, as Open vSwitch wants it for tunnels in userspace.

set -euo pipefail

vsctl()
{
	ovs-vsctl --db="unix:$dir/db.sock" --timeout=20 "$@"
}

appctl()
{
	ovs-appctl --timeout=20 --target="$dir/vswitchd.ctl" "$@"
}

daemons()
{
	local schema=/usr/share/openvswitch/vswitch.ovsschema

	ovsdb-tool create "$dir/conf.db" "$schema"
	ovsdb-server "$dir/conf.db" --remote="punix:$dir/db.sock" --pidfile="$dir/db.pid" \
		--unixctl="$dir/db.ctl" --log-file="$dir/db.log" --no-chdir --detach -vconsole:off
	vsctl --no-wait init
	taskset -c "$cpu" ovs-vswitchd "unix:$dir/db.sock" --pidfile="$dir/vswitchd.pid" \
		--unixctl="$dir/vswitchd.ctl" --log-file="$dir/vswitchd.log" --no-chdir --detach -vconsole:off
}

bridges()
{
	local in=br0 out=br-phy

	[ "$way" = encap ] || { in=br-phy; out=br0; }
	vsctl add-br br0 -- set bridge br0 datapath_type=netdev fail-mode=secure \
		-- add-br br-phy -- set bridge br-phy datapath_type=netdev fail-mode=secure \
			other-config:hwaddr="$MAC_UPLINK" \
		-- add-port "$in" vin -- set interface vin ofport_request=1 \
		-- add-port "$out" vout -- set interface vout ofport_request=1 \
		-- add-port br0 vx0 -- set interface vx0 type=vxlan ofport_request=2 \
			options:remote_ip=flow options:key=flow options:csum=false
	ip addr add 192.0.2.1/24 dev br-phy
	ip link set br-phy up
	appctl tnl/arp/set br-phy 192.0.2.3 "$MAC_UNDERLAY" >/dev/null
	ovs-ofctl add-flow "unix:$dir/br-phy.mgmt" actions=NORMAL
}

# What vrouter does to a packet, as a flow
flow()
{
	local match actions

	case $way in
	encap)
		match=in_port=1,ip,dl_dst=$MAC_GATEWAY,nw_dst=10.1.0.0/16
		actions=mod_dl_src:$MAC_OURS,mod_dl_dst:$MAC_REMOTE,dec_ttl
		actions+=,set_field:192.0.2.3-\>tun_dst,set_field:5001-\>tun_id,2
		;;
	decap)
		match=in_port=2,tun_id=5001,ip,dl_dst=$MAC_OURS,nw_dst=10.1.0.0/16
		actions=mod_dl_src:$MAC_GATEWAY,mod_dl_dst:$MAC_TENANT,dec_ttl,1
		;;
	esac
	ovs-ofctl add-flow "unix:$dir/br0.mgmt" "$match,actions=$actions"
}

dir=$1
way=$2
cpu=$3
command -v ovs-vswitchd >/dev/null || {
	echo "Open vSwitch is not installed" >&2
	exit 1
}
export OVS_RUNDIR=$dir OVS_LOGDIR=$dir OVS_DBDIR=$dir
daemons
bridges
flow
