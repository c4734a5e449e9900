using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OrleansSale.Api.Operators;
using OrleansSale.Api.Sales.Catalogue;
using OrleansSale.Api.SignIn;
using OrleansSale.GrainInterfaces;
using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Catalogue;
using OrleansSale.GrainInterfaces.Reservations;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Tests.Audit;
using OrleansSale.Tests.Harness;

namespace OrleansSale.Tests.Api.Front;

/// <summary>A running front and what tests do with it again and again: batches, users, ledgers.</summary>
internal sealed class SaleFront(RunningFront front) : IAsyncDisposable
{
    private int _count;

    public RunningFront Front => front;

    public FrontClient Client => front.Client;

    public Signing Sign => front.Sign;

    public MovableClock Clock => front.Clock;

    public string Operator { get; } = front.Sign.OperatorBearer();

    public static async Task<SaleFront> StartAsync(FrontPlan? plan = null) => new(await RunningFront.StartAsync(plan));

    public string NewId() => $"b-{Interlocked.Increment(ref _count)}";

    /// <summary>A user nobody was before.</summary>
    public string NewUser(string channel = "weibo") => $"{channel}:u{Interlocked.Increment(ref _count)}";

    /// <summary>Creates a batch as it is at a stage of its timetable; returns its id.</summary>
    public async Task<string> CreateAsync(
        Stage stage = Stage.OnSale, int stock = 10, int limit = 1, int windowSeconds = 900,
            Action<JsonObject>? change = null)
    {
        var terms = Offer.Of(NewId(), Clock.GetUtcNow(), stage, stock, limit, windowSeconds);
        change?.Invoke(terms);
        if (stage > Stage.Reserving) await PutThereAsync(terms);
        else (await Client.PostAsync("/api/operator/batches", Operator, terms)).Is(201);
        return (string)terms["id"]!;
    }

    /// <summary>
    /// Puts a batch where the front would create none any more, as an operator's creation of an earlier day left it.
    /// </summary>
    public async Task PutThereAsync(JsonObject terms)
    {
        var read = terms.Deserialize(OperatorJson.Wire.CreateBatchBody)!.ToTerms();
        var grains = front.Services.GetRequiredService<IGrainFactory>();
        (await grains.GetGrain<ISaleBatchGrain>(read.Id).CreateAsync(read)).Value.ShouldBe(Effect.Done);
        await grains.GetGrain<ICatalogueGrain>(ICatalogueGrain.Key).AddAsync(read.Id);
        await (await front.Services.GetRequiredService<CatalogueCopy>().FindNewAsync(read.Id)).CatchUpAsync();
    }

    /// <summary>The cookie of a new session, with roles that no setting gives.</summary>
    public async Task<string> SignInAsync(string subject, params string[] roles)
    {
        const string Scheme = CookieAuthenticationDefaults.AuthenticationScheme;
        var session = await front.Services.GetRequiredService<Sessions>().BeginAsync(subject, "weibo", null, roles);
        var options = front.Services.GetRequiredService<IOptionsMonitor<CookieAuthenticationOptions>>().Get(Scheme);
        var now = Clock.GetUtcNow();
        var times = new AuthenticationProperties { IssuedUtc = now, ExpiresUtc = now + options.ExpireTimeSpan };
        var ticket = new AuthenticationTicket(session, times, Scheme);
        return $"{options.Cookie.Name}={options.TicketDataFormat.Protect(ticket)}";
    }

    /// <summary>
    /// The lines of the readiness, once it is ready: the checks have bounds in real time, which a busy machine exceeds.
    /// </summary>
    public async Task<string[]> ReadyAsync()
    {
        Answer? ready = null;
        await Eventually.HoldsAsync(
            async () => (ready = await Client.GetAsync("/health/ready")).Status == 200, "it is ready");
        return ready!.Text.Split('\n');
    }

    public Task<Answer> BoardAsync(string batch) => Client.GetAsync($"/api/batches/{batch}");

    public Task<Answer> ReserveAsync(string batch, string user) =>
        Client.SendAsync("PUT", $"/api/batches/{batch}/reservation", Sign.Bearer(user));

    /// <summary>Buys with a ticket alone, which was never given out: no reservation says whose it is.</summary>
    public Task<Answer> BuyAsync(string batch, string user, string? key = null, int? quantity = null) =>
        Client.BuyAsync(
            batch, "Ticket " + Sign.Ticket(user, batch), key,
            quantity is null ? null : new JsonObject { ["quantity"] = quantity });

    /// <summary>Asks for a place in the line, with a ticket alone, if the units are gone.</summary>
    public Task<Answer> StandByAsync(string batch, string user, string? key = null, int quantity = 1) =>
        Client.BuyAsync(
            batch, "Ticket " + Sign.Ticket(user, batch), key,
            new JsonObject { ["standby"] = true, ["quantity"] = quantity });

    /// <summary>The user's place in the line.</summary>
    public Task<Answer> PlaceAsync(string batch, string user) =>
        Client.GetAsync($"/api/batches/{batch}/place", Sign.Bearer(user));

    /// <summary>Leaves the line.</summary>
    public Task<Answer> LeaveAsync(string batch, string user) =>
        Client.SendAsync("DELETE", $"/api/batches/{batch}/place", Sign.Bearer(user));

    /// <summary>What stands for a user in a batch's ledger.</summary>
    public Alias AliasOf(string batch, string user) =>
        Alias.TryParse(Sign.AliasOf(user, batch), out var alias) ? alias : throw new FormatException(user);

    /// <summary>Gives a user a reservation, whatever the timetable says. One that was cancelled stays so.</summary>
    public async Task RegisterAsync(string batch, string user)
    {
        if (await front.Services.GetRequiredService<CatalogueCopy>().FindAsync(batch) is not { Key: { } key }) return;
        var now = Clock.GetUtcNow();
        var reservation = front.Services.GetRequiredService<IGrainFactory>()
            .GetGrain<IReservationGrain>(IReservationGrain.KeyOf(batch, key.AliasOf(user)));
        if ((await reservation.GetAsync()).Refused == Refusal.NotFound)
            await reservation.ReserveAsync(user,
                new Schedule(now.AddHours(-1), now.AddHours(1), now.AddHours(1), now.AddHours(2)));
    }

    /// <summary>Buys as a user with a reservation, and demands a new order; returns its id.</summary>
    public async Task<string> OrderAsync(string batch, string user, int? quantity = null)
    {
        await RegisterAsync(batch, user);
        return (await BuyAsync(batch, user, quantity: quantity)).Is(201)["id"]!;
    }

    public Task<Answer> ReadOrderAsync(string order, string user) =>
        Client.GetAsync($"/api/orders/{order}", Sign.Bearer(user));

    public Task<Answer> CancelAsync(string order, string user) =>
        Client.SendAsync("DELETE", $"/api/orders/{order}", Sign.Bearer(user));

    public Task<Answer> OperateAsync(string batch, string action, int? units = null, string? key = null)
    {
        var body = new JsonObject { ["reason"] = "a test says so" };
        if (units is not null) body["units"] = units;
        return Client.PostAsync($"/api/operator/batches/{batch}/{action}", Operator, body, key);
    }

    public Task<Answer> CheckOutAsync(string order, string user) =>
        Client.PostAsync($"/api/orders/{order}/checkout", Sign.Bearer(user));

    /// <summary>Decides at the sandbox's cashier, as the buyer's browser does.</summary>
    public Task<Answer> DecideAsync(string checkoutUrl, string outcome) => Client.PostAsync(
        "/sandbox/checkouts/" + checkoutUrl[(checkoutUrl.LastIndexOf('/') + 1)..],
            body: new JsonObject { ["outcome"] = outcome });

    public async Task UntilOrderIsAsync(string order, string user, string status) => await Eventually.HoldsAsync(
        async () => (await ReadOrderAsync(order, user))["status"] == status, $"{order} is {status}");

    /// <summary>The ledger as it was exported.</summary>
    public async Task<string> ExportAsync(string batch) =>
        (await Client.GetAsync($"/api/operator/batches/{batch}/ledger", Operator)).Is(200).Text;

    /// <summary>The ledger, replayed by a program that shares nothing with the engine, and found sound.</summary>
    public async Task<AuditedSale> AuditAsync(string batch)
    {
        using var export = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(await ExportAsync(batch)));
        var sale = await LedgerAudit.ReadAsync(export);
        sale.Sound.ShouldBeTrue(string.Join('\n', sale.Violations.Kept));
        return sale;
    }

    /// <summary>
    /// Sequence and hash of the last entry, from the export. A batch on sale records its opening by itself, and that is
    /// awaited first. Otherwise it could be recorded between two looks.
    /// </summary>
    public async Task<(long Seq, string Hash)> HeadAsync(string batch)
    {
        if ((await BoardAsync(batch))["phase"] == "on-sale")
            await Eventually.HoldsAsync(
                async () => (await ExportAsync(batch)).Contains("\"type\":\"opened\"", StringComparison.Ordinal),
                "the batch has recorded its opening");
        var sale = await AuditAsync(batch);
        return (sale.HeadSeq, sale.HeadHash);
    }

    public ValueTask DisposeAsync() => front.DisposeAsync();
}
