using BenchmarkDotNet.Attributes;
using OrleansSale.Api.Sales.Tickets;

namespace OrleansSale.Tests.Benchmarks;

/// <summary>The credential of a purchase.</summary>
[MemoryDiagnoser, InProcess]
public class TicketBenchmarks
{
    private readonly TicketSigner _signer = new([new byte[32]]);
    private readonly Ticket _ticket = new(Samples.UserOf(1), Samples.AliasOf(1), "mi2-1", 1);
    private string _signed = "";

    /// <summary>Signs one.</summary>
    [GlobalSetup]
    public void Setup() => _signed = _signer.Sign(_ticket);

    /// <summary>A ticket is made for a reservation.</summary>
    [Benchmark]
    public string Sign() => _signer.Sign(_ticket);

    /// <summary>A ticket is checked at a purchase.</summary>
    [Benchmark]
    public bool Verify() => _signer.TryVerify(_signed, _ticket.Batch, out _);
}
