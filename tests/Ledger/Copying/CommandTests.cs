using System.Text.Json;
using OrleansSale.Silo.Copying;
using OrleansSale.Silo.Storage.Sqlite;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Ledger.Postgres;

namespace OrleansSale.Tests.Ledger.Copying;

/// <summary>
/// The command as an operator uses it: in processes of its own, which may be killed, on the data of real engines.
/// </summary>
public sealed class CommandTests(PostgresFixture postgres) : IDisposable
{
    private const int Kills = 3;
    private const string Batch = "mi2-1";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ScratchFolder _temporary = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string Source => Path.Combine(_temporary.Path, "source");

    private string Back => Path.Combine(_temporary.Path, "back");

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public async Task Killed_at_random_moments_and_repeated_it_ends_as_if_it_had_not_been()
    {
        var seed = Random.Shared.Next();
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");
        var random = new Random(seed);
        using (var directory = DataDirectory.Open(Source))
        await using (var ledger = SqliteLedger.Open(directory.LedgerPath, null))
            await EngineFiles.FillAsync(ledger, 40_000, 4_000);
        var expected = await Copies.ExportAsync(Source);
        var database = await postgres.CreateDatabaseAsync();
        await KillAndRepeatAsync(Source, database, random);
        await KillAndRepeatAsync(database, Back, random);
        (await Copies.ExportAsync(Back)).ShouldBeSame(expected);
    }

    [Fact]
    public async Task An_engine_that_has_sold_moves_to_a_database_sells_on_there_and_moves_back()
    {
        // The engines make their own secrets. So tokens and tickets stay valid only if the copy includes the secrets.
        var (oper, buyers) = ("", new List<string>());
        var database = await postgres.CreateDatabaseAsync();
        List<EngineAnswer> orders = [], tickets = [];
        byte[] exported = [];
        await WithEngineAsync(new EngineOptions(Source, null), async client =>
        {
            var signer = new TokenSigner(await ReadSecretsAsync(Source));
            oper = signer.Sign("weibo", "op", "operator");
            for (var n = 0; n < 8; n++) buyers.Add(signer.Sign("weibo", $"b{n}"));
            var plan = new BatchPlan(Batch, 5, DateTimeOffset.UtcNow.AddSeconds(4));
            (await client.CreateAsync(oper, plan)).Status.ShouldBe(201);
            foreach (var buyer in buyers) tickets.Add(await client.ReserveAsync(buyer, Batch));
            foreach (var ticket in tickets.Take(4)) orders.Add(await BuyAsync(client, ticket));
            foreach (var (buyer, order) in buyers.Zip(orders.Take(3)))
            {
                var checkout = await client.CheckoutAsync(buyer, order.Text("id")!);
                (await client.PayAsync(checkout.Text("checkoutUrl")!)).Succeeded.ShouldBeTrue();
                await PaidAsync(client, buyer, order.Text("id")!);
            }
            (await client.CancelAsync(buyers[3], orders[3].Text("id")!)).Succeeded.ShouldBeTrue();
            exported = await ExportAsync(client, oper);
            // The data of a running engine cannot be copied.
            (await CopyProcess.RunAsync("--from", Source, "--to", database)).Errors.ShouldContain(
                "is in use by a running engine");
        });
        await RunAsync(Source, database);

        await WithEngineAsync(OnDatabase(database), async client =>
        {
            (await ExportAsync(client, oper)).ShouldBe(exported);
            // A repeated purchase returns the same order. The units that are left are sold to users with tickets.
            (await BuyAsync(client, tickets[0])).Text("id").ShouldBe(orders[0].Text("id"));
            orders[3] = await BuyAsync(client, tickets[4]);
            orders[3].Status.ShouldBe(201);
            exported = await ExportAsync(client, oper);
            (await CopyProcess.RunAsync("--from", database, "--to", Back)).Errors.ShouldContain(
                "is in use: live silos: 1, ");
        });
        await RunAsync(database, Back);

        (await Copies.ExportAsync(Back)).ShouldBeSame(await Copies.ExportAsync(database));
        Copies.Documents(Back).Count.ShouldBeGreaterThanOrEqualTo(3);
        await WithEngineAsync(new EngineOptions(Back, null), async client =>
        {
            (await ExportAsync(client, oper)).ShouldBe(exported);
            (await client.RosterAsync(oper, Batch)).Count.ShouldBe(8);
            foreach (var (buyer, order) in buyers.Zip(orders.Take(3)))
                await PaidAsync(client, buyer, order.Text("id")!);
            (await BuyAsync(client, tickets[4])).Text("id").ShouldBe(orders[3].Text("id"));
        });
    }

    [Fact]
    public async Task Arguments_that_make_no_sense_get_one_line_and_help_is_given()
    {
        foreach (var (arguments, line) in new (string[], string)[]
        {
            ([], "Option '--from' is required. See copy --help.\n"),
            (["--from", "a", "--to", "b"],
                "One of --from and --to must be a data directory and the other a connection string"),
            (["--from", "a", "--to", "postgres://db/sale"], "An address of this form is not understood"),
            (["--from", "a", "--to", "Host=db;Hst=1"], "This is no connection string: "),
        })
        {
            var (status, output, errors) = await CopyProcess.RunAsync(arguments);
            (status, output).ShouldBe((1, ""));
            errors.ShouldStartWith(line);
            errors.Count(character => character == '\n').ShouldBe(1);
        }
        var help = await CopyProcess.RunAsync("--help");
        help.Status.ShouldBe(0);
        help.Output.ShouldContain("OrleansSale.Silo copy [options]");
    }

    [Fact]
    public void Without_a_terminal_it_writes_a_line_a_second_at_most()
    {
        using var output = new StringWriter();
        var progress = new CopyProgress(output, isTerminal: false);
        var commit = new CommitRow(1, Chain.After("batch/a", Grains.Ledger.LedgerHead.Empty, 3));
        progress.Begin("copying", new CopySize(1, 10_000, 30_000, 0));
        for (var i = 0; i < 10_000; i++) progress.Passed(commit);
        progress.End();
        var lines = $"{output}".TrimEnd('\n').Split('\n');
        // On a stalled machine seconds may pass here, and each adds a line.
        lines.Length.ShouldBeLessThan(10);
        lines[^1].ShouldStartWith("copying: 1 of 1 streams, 30,000 of 30,000 entries (");
    }

    private static async Task RunAsync(string from, string to)
    {
        var (status, _, errors) = await CopyProcess.RunAsync("--from", from, "--to", to);
        errors.ShouldBe("");
        status.ShouldBe(0);
    }

    private static async Task KillAndRepeatAsync(string from, string to, Random random)
    {
        // Measures how long a start takes on this machine, by a copy that is refused.
        var started = TimeProvider.System.GetTimestamp();
        (await CopyProcess.RunAsync("--from", from, "--to", from)).Status.ShouldBe(1);
        var start = TimeProvider.System.GetElapsedTime(started);
        for (var kill = 0; kill < Kills; kill++)
        {
            using var copy = CopyProcess.Start("--from", from, "--to", to);
            await Task.Delay(start * (0.8 + (4 * random.NextDouble())), Cancelled); // paced: a random moment to kill at
            if (copy.HasExited) break;
            await copy.KillAsync();
        }
        // A copy may have finished before the last kill.
        var (status, _, errors) = await CopyProcess.RunAsync("--from", from, "--to", to);
        if (status != 0) errors.ShouldContain("is not empty");
    }

    private EngineOptions OnDatabase(string database) =>
        new(Path.Combine(_temporary.Path, "sandbox"), null)
        {
            Settings = new Dictionary<string, string>
            {
                ["ConnectionStrings:Sale"] = database,
                ["Orleans:SiloPort"] = "0",
                ["Orleans:GatewayPort"] = "0",
                ["Sale:DrainSeconds"] = "0",
            },
        };

    private static async Task<EngineSecrets> ReadSecretsAsync(string directory)
    {
        var text = await File.ReadAllTextAsync(Path.Combine(directory, "development-secrets.json"), Cancelled);
        var secrets = JsonSerializer.Deserialize<Dictionary<string, string>>(text)!;
        return EngineSecrets.Make() with { SigningKey = Convert.FromBase64String(secrets["Auth:SigningKey"]) };
    }

    private static async Task WithEngineAsync(EngineOptions options, Func<EngineClient, Task> use)
    {
        await using var engine = await EngineProcess.StartAsync(options, Cancelled);
        using var client = new EngineClient(engine.Address, Patience);
        await use(client);
        (await engine.StopAsync(Patience)).ShouldBeTrue(engine.Output);
    }

    // Buys as soon as the sale is open.
    private static async Task<EngineAnswer> BuyAsync(EngineClient client, EngineAnswer ticket)
    {
        for (var attempt = 0; ; attempt++)
        {
            var answer = await client.BuyAsync(Batch, ticket.Text("ticket")!, "key");
            if (answer.Code != "sale-not-open" || attempt == 1_000) return answer;
            await Task.Delay(20, Cancelled); // bounded poll
        }
    }

    private static async Task PaidAsync(EngineClient client, string buyer, string order)
    {
        for (var attempt = 0; (await client.OrderAsync(buyer, order)).Text("status") != "paid"; attempt++)
        {
            attempt.ShouldBeLessThan(500);
            await Task.Delay(20, Cancelled); // bounded poll
        }
    }

    private static async Task<byte[]> ExportAsync(EngineClient client, string oper)
    {
        await using var export = await client.LedgerAsync(oper, Batch);
        using var bytes = new MemoryStream();
        await export.CopyToAsync(bytes, Cancelled);
        return bytes.ToArray();
    }
}
