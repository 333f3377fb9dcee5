"""What the columns of a list of physical servers may be called, in lower case and without their unit.

Source: no standard; names as inventories, spreadsheets and tools write them.
"""

from __future__ import annotations

from vinfra.planning.records.cells import Column

COLUMNS = (
    Column(
        "name",
        "text",
        "name, server, server name, host, hostname, host name, machine, computer, computer name, servername, "
        "system name, machine name, fqdn",
    ),
    Column("vendor", "text", "vendor, manufacturer, make"),
    Column(
        "model",
        "text",
        "model, hardware, vendor model, vendor and model, system model, server model, server type, "
        "hardware model, type",
    ),
    Column(
        "processor",
        "text",
        "processor, cpu, cpu model, processor type, cpu type, processor model, cpu name, processor name",
    ),
    Column(
        "sockets",
        "count",
        "sockets, cpus, cpu sockets, processors, cpu count, physical cpus, physical processors, number of cpus, "
        "number of processors, processor count, # cpu, # cpus, cpu s, cpu qty",
    ),
    Column("cores", "count", "cores, total cores, cpu cores, number of cores, core count, # cores"),
    Column(
        "per_socket",
        "count",
        "cores per socket, cores per cpu, cores per processor, cores socket, cores cpu, cores p s",
    ),
    Column(
        "clock",
        "frequency",
        "clock, clock speed, speed, cpu speed, cpu clock, core clock, frequency, cpu frequency, "
        "processor speed, mhz, ghz",
        bare="cpu, processor",
    ),
    Column(
        "memory",
        "memory",
        "memory, ram, mem, installed memory, memory installed, total memory, physical memory, memory size, ram size, "
        "total ram",
    ),
    Column(
        "disk",
        "disk",
        "disk, disk capacity, disk size, disk space, disk total, total disk, storage, storage capacity, total storage, "
        "local disk, hdd, capacity",
    ),
    Column(
        "disk_used",
        "disk",
        "disk used, used disk, used disk space, disk space used, disk usage, disk in use, used, used capacity, "
        "storage used, used storage",
    ),
    Column("os", "text", "os, operating system, os name, os version, platform"),
    Column(
        "cpu_mean",
        "percent",
        "cpu mean, mean cpu, cpu average, average cpu, cpu avg, avg cpu, cpu utilization, cpu utilisation, cpu usage, "
        "cpu used, cpu load, cpu util, average cpu utilization, avg cpu utilization, cpu busy",
        bare="cpu",
    ),
    Column(
        "cpu_p95", "percent", "cpu p95, p95 cpu, cpu 95th, 95th cpu, cpu 95, cpu 95th percentile, 95th percentile cpu"
    ),
    Column(
        "cpu_peak",
        "percent",
        "cpu peak, peak cpu, cpu max, max cpu, cpu maximum, maximum cpu, peak cpu utilization, max cpu utilization",
    ),
    Column(
        "memory_used",
        "memory",
        "memory used, used memory, memory usage, memory in use, memory utilization, memory mean, avg memory, mem used, "
        "ram used, used ram",
    ),
    Column(
        "memory_part",
        "percent",
        "",
        bare="memory used, used memory, memory usage, memory in use, memory utilization, memory mean, avg memory, "
        "mem used, ram used, used ram, memory, mem, ram",
    ),
    Column(
        "watts",
        "power",
        "watts, power, power draw, power consumption, power used, power mean, measured power, "
        "average power, consumption",
    ),
    Column("rack", "text", "rack, rack name, rack location, cabinet"),
    Column("role", "text", "role, function, application, purpose, workload, service, description"),
    Column("cluster", "text", "cluster, group"),
    Column("datacenter", "text", "datacenter, data center, datacentre, site, location, room"),
    Column("state", "text", "state, status, power state, powerstate"),
)
