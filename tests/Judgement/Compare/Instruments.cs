using System.Diagnostics;
using System.Text.Json;
using OrleansSale.GrainInterfaces.Webhooks;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Load.Compare;
using OrleansSale.Tests.Load.Experiments;
using OrleansSale.Tests.Load.Sales;

namespace OrleansSale.Tests.Judgement.Compare;

/// <summary>What the comparison reads, writes and goes by.</summary>
public sealed class Instruments
{
    [Fact]
    public void The_order_of_contenders_is_rotated() =>
        Enumerable.Range(0, 4).Select(by => string.Concat(Rounds.Rotate(["a", "b", "c"], by)))
            .ShouldBe(["abc", "bca", "cab", "abc"]);

    [Theory]
    [InlineData("a,b", "noop purchase")]
    [InlineData(" soldout , c ", "redis-everysec redis-always soldout")]
    [InlineData("a,nobody", null), InlineData("", null)]
    public void Contenders_are_named_by_letter_or_name(string list, string? names) =>
        (Contender.Named(list) is { } named ? string.Join(' ', named.Select(contender => contender.Name)) : null)
            .ShouldBe(names);

    [Fact]
    public void A_process_is_read_whatever_its_name() =>
        ProcessTree.EntryOf("4242 (a ) (b) S 17 4242 4242 0 -1 4194304 900 0 0 0 120 30 5 7 20 0 1 0 100 0 0")
            .ShouldBe(new ProcessTree.Entry(4242, 17, 120 + 30 + 5 + 7));

    [Fact]
    public void The_machine_is_busy_with_all_but_idling_and_waiting() =>
        ProcessTree.BusyOf("cpu  100 20 30 5000 700 4 6 40 90 0").ShouldBe(TimeSpan.FromSeconds(2));

    [Fact]
    public void This_process_is_seen_with_its_processor_time()
    {
        using var self = Process.GetCurrentProcess();
        var own = self.TotalProcessorTime;
        var tree = ProcessTree.Read();
        tree.Members(Environment.ProcessId).First().ShouldBe(Environment.ProcessId);
        // The time is counted in ticks of 10 ms, and includes the children of other tests. So there is no upper bound
        // to check.
        tree.ProcessorOf(Environment.ProcessId).ShouldBeGreaterThanOrEqualTo(own - TimeSpan.FromMilliseconds(50));
        tree.ProcessorOf(int.MaxValue).ShouldBe(TimeSpan.Zero);
    }

    [Fact]
    public void Every_reply_is_signed_and_has_a_user_and_an_id_of_its_own()
    {
        var secrets = EngineSecrets.Make();
        var writer = new RequestWriter(secrets, "host");
        var signature = new WebhookSignature(WebhookSecrets.Parse(secrets.RepliesSecret)!);
        var bodies = RequestWriter.Many(0, 50, number => writer.Reply("mi2-1", number)).Select(request =>
        {
            var parts = System.Text.Encoding.ASCII.GetString(request).Split("\r\n\r\n");
            var headers = parts[0].Split("\r\n").Skip(1).Select(line => line.Split(": ")).ToDictionary(
                pair => pair[0], pair => pair[1]);
            signature.Verify(
                headers[WebhookSignature.IdHeader], headers[WebhookSignature.TimestampHeader],
                headers[WebhookSignature.SignatureHeader], System.Text.Encoding.ASCII.GetBytes(parts[1]),
                DateTimeOffset.UtcNow).ShouldBe(SignatureVerdict.Valid);
            using var body = JsonDocument.Parse(parts[1]);
            return (Id: body.RootElement.GetProperty("id").GetString(),
                User: body.RootElement.GetProperty("user").GetString());
        }).ToList();
        (bodies.DistinctBy(body => body.Id).Count(), bodies.DistinctBy(body => body.User).Count()).ShouldBe((50, 50));
    }

    [Fact]
    public void Every_request_has_a_user_and_a_credential_of_its_own()
    {
        var writer = new RequestWriter(EngineSecrets.Make(), "host");
        var requests = RequestWriter.Many(0, 50, number => writer.Purchase("mi2-1", number, Credential.TokenAndTicket))
            .Select(System.Text.Encoding.ASCII.GetString).ToList();
        requests.Select(request => request.Split("\r\n")
            .Single(line => line.StartsWith("Authorization: Bearer ", StringComparison.Ordinal)))
            .Distinct().Count().ShouldBe(50);
        requests.Select(request => request[request.IndexOf("{\"ticket\":\"v2.", StringComparison.Ordinal)..]).Distinct()
            .Count().ShouldBe(50);
    }
}
