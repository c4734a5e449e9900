using System.Text;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Orders;
using OrleansSale.Tests.Harness;
using static OrleansSale.Tests.Harness.Requests;

namespace OrleansSale.Tests.Cluster.Tls;

/// <summary>What a listener on the wire learns of a sale.</summary>
public sealed class TlsWireTests : IDisposable
{
    private const byte HandshakeRecord = 0x16;

    private readonly Authority _authority = new();

    public void Dispose() => _authority.Dispose();

    // The run without TLS shows that the record is of the wire.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_sale_over_two_silos_and_a_client_shows_on_the_wire_only_without_TLS(bool isEncrypted)
    {
        await using var cluster = await TlsCluster.StartAsync(isEncrypted ? _authority.Member() : null);
        var client = await cluster.ConnectAsync(isEncrypted ? _authority.Member() : null);
        foreach (var silo in cluster.Silos)
        {
            var id = $"batch-{silo.Endpoint.Port}";
            var batch = cluster.Batch(id, client);
            (await SaleHarness.OnAsync(silo, () => batch.Actor.CreateAsync(Terms(id, cluster.Now)))).Value.ShouldBe(
                Effect.Done);
            var order = await batch.OrderAsync("weibo:alice");
            (await client.GetGrain<IOrderGrain>(order.Id)
                .OpenCheckoutAsync(order.For("weibo:alice"), "Mi2")).Refused.ShouldBeNull();
            (await batch.PayAsync(order, "p")).Value.ShouldBe(CaptureResult.Sold);
        }

        foreach (var text in new[] { "小米 Mi2 16 GB", "weibo:alice" })
            cluster.Record.Shows(Encoding.UTF8.GetBytes(text)).ShouldBe(!isEncrypted);
        var spoken = cluster.Record.Written().Where(bytes => bytes.Length > 0).ToList();
        // At least two connections, with two ends each: one between the silos, and one of the client.
        spoken.Count.ShouldBeGreaterThanOrEqualTo(4);
        if (isEncrypted) spoken.ShouldAllBe(bytes => bytes[0] == HandshakeRecord);
    }
}
