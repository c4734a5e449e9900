using System.Text.Json;
using BenchmarkDotNet.Attributes;
using OrleansSale.Api.Sales.Boards;
using OrleansSale.GrainInterfaces.Batches;

namespace OrleansSale.Tests.Benchmarks;

/// <summary>The board: written once for all who watch.</summary>
[MemoryDiagnoser, InProcess]
public class BoardBenchmarks
{
    private readonly BatchTerms _terms = Samples.Terms(50_000);

    /// <summary>One frame of the live stream.</summary>
    [Benchmark]
    public byte[] Encode() => JsonSerializer.SerializeToUtf8Bytes(
        BoardBody.Of(_terms, Samples.Snapshot, _terms.Schedule.SaleOpens), BoardJson.Wire.BoardBody);
}
