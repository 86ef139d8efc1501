// Those that may run at the same time wait for servers and deadlines more than they compute.
[assembly: LevelOfParallelism(8)]
