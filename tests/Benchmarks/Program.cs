using BenchmarkDotNet.Running;
using OrleansSale.Tests.Benchmarks;

// Without arguments: choose a benchmark. `--filter *` runs all of them; `--allocations` prints what the baseline is
// made of.
if (args is not ["--allocations"])
{
    BenchmarkSwitcher.FromAssembly(typeof(PurchaseBenchmarks).Assembly).Run(args);
    return;
}

Console.WriteLine((await AllocationBaseline.MeasureAsync()).Text());
