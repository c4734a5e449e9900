using System.Net.Sockets;
using System.Text;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Api.Connections;

/// <summary>
/// A real process that may open no more files than a system allows by default, and more viewers than that.
/// </summary>
public sealed class FewFilesTests
{
    private const int OpenFiles = 1_024, Viewers = 2_000, Buyers = 50;

    private static readonly TimeSpan Answered = TimeSpan.FromSeconds(30), Soon = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Two_thousand_viewers_of_a_process_that_may_open_a_thousand_files_keep_nobody_from_buying()
    {
        using var directory = new ScratchFolder();
        var secrets = EngineSecrets.Make();
        var sign = new Signing(secrets);
        await using var engine = await EngineProcess.StartAsync(
            new EngineOptions(directory.Path, secrets)
            {
                Launcher = ["bash", "-c", $"ulimit -n {OpenFiles}; exec \"$@\"", "bash"],
            },
            TestContext.Current.CancellationToken);
        using var client = new FrontClient(engine.Address);
        await Eventually.HoldsAsync(
            async () =>
            {
                // Tries again with a later opening if the machine is so busy that this opening passes before the answer
                // is read.
                var terms = Offer.Of(
                    "few", DateTimeOffset.UtcNow, Stage.Reserving, Buyers, limit: 1, windowSeconds: 900);
                var opens = Offer.Stamp(DateTimeOffset.UtcNow + Soon);
                (terms["schedule"]!["reservationCloses"], terms["schedule"]!["saleOpens"]) = (opens, opens);
                return (await client.PostAsync("/api/operator/batches", sign.OperatorBearer(), terms)).Status == 201;
            }, "the batch is created");
        await Eventually.HoldsAsync(
            async () => (await client.GetAsync("/api/batches/few"))["phase"] == "on-sale", "the sale is open");

        var viewers = Enumerable.Range(0, Viewers).Select(_ => new TcpClient()).ToArray();
        try
        {
            var watching = Task.WhenAll(viewers.Select(viewer => WatchAsync(viewer, engine.Address)));
            for (var buyer = 0; buyer < Buyers; buyer++) (await BuyAsync(client, sign, buyer)).Is(201);
            var answers = (await watching).CountBy(status => status).ToDictionary();
            // As many streams as the limit allows. The others are refused at once, or closed while every place is
            // taken.
            answers["200"].ShouldBe(384);
            answers.GetValueOrDefault("503").ShouldBeGreaterThan(0);
            answers.Keys.Except(["200", "503", ""]).ShouldBeEmpty();
            (await BuyAsync(client, sign, 0)).Is(200);
            engine.HasExited.ShouldBeFalse(engine.Output);
        }
        finally
        {
            foreach (var viewer in viewers) viewer.Dispose();
        }

        // The viewers who left have freed their places.
        await Eventually.HoldsAsync(
            async () =>
            {
                using var viewer = new TcpClient();
                return await WatchAsync(viewer, engine.Address) == "200";
            }, "a place is free");
        engine.Output.ShouldContain("at most 512 connections of clients, of which 384 event streams");
        engine.Output.ShouldNotContain("fail:");
    }

    // The server may close a connection before a request was sent on it. Then nothing was done, and the client tries
    // again.
    private static async Task<Answer> BuyAsync(FrontClient client, Signing sign, int buyer)
    {
        var asked = DateTime.UtcNow;
        while (true)
        {
            try
            {
                return await client.BuyAsync(
                    "few", "Ticket " + sign.Ticket($"weibo:buyer-{buyer}", "few"), $"key-{buyer}");
            }
            catch (HttpRequestException) when (DateTime.UtcNow - asked < Answered)
            {
                await Task.Delay(50); // bounded poll
            }
        }
    }

    // The status; empty: the connection was closed.
    private static async Task<string> WatchAsync(TcpClient viewer, Uri address)
    {
        try
        {
            await viewer.ConnectAsync(address.Host, address.Port).WaitAsync(Answered);
            await viewer.GetStream().WriteAsync(
                Encoding.ASCII.GetBytes($"GET /api/batches/few/live HTTP/1.1\r\nHost: {address.Authority}\r\n\r\n"));
            var answer = new byte[12];
            var length = await viewer.GetStream().ReadAtLeastAsync(answer, answer.Length, throwOnEndOfStream: false)
                .AsTask().WaitAsync(Answered);
            return length == answer.Length ? Encoding.ASCII.GetString(answer)[9..] : "";
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            return "";
        }
    }
}
