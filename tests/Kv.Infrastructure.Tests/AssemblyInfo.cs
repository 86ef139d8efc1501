// Parallel tests mostly wait for servers and deadlines.
[assembly: LevelOfParallelism(8)]
