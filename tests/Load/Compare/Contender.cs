namespace OrleansSale.Tests.Load.Compare;

internal enum Host
{
    NoOp,
    NoOpWithTokens,
    Engine,
    EngineOnPostgres,
    RedisEverySecond,
    RedisAlways,
    Postgres,
}

internal enum Asked
{
    Purchase,

    /// <summary>A purchase that is refused: the batch is sold out, and no user who asks holds a unit.</summary>
    Refusal,

    /// <summary>A reservation, with a token.</summary>
    Reservation,

    /// <summary>A purchase of one unit by a user whose reservation the engine has to look up.</summary>
    ReservedPurchase,

    /// <summary>The same by a reply to the batch's post, which the platform signs.</summary>
    Reply,
}

/// <param name="Letter">How a comparison's goals name it; two may share one.</param>
/// <param name="Durability">What an acknowledgement is worth.</param>
internal sealed record Contender(
    string Letter, string Name, string Title, Host Host, Credential Credential, string Durability,
    Asked Asked = Asked.Purchase)
{
    /// <summary>The engine's assembly that runs in place of this build's; null: this build's.</summary>
    public string? Assembly { get; init; }

    public const string NoOp = "noop", NoOpJwt = "noop-jwt", Purchase = "purchase", PurchaseJwt = "purchase-jwt",
        RedisEverySecond = "redis-everysec", RedisAlways = "redis-always", Postgres = "postgres", SoldOut = "soldout",
        RedisSoldOut = "redis-soldout", Reserve = "reserve", ReservePostgres = "reserve-postgres",
        PurchaseToken = "purchase-token", Reply = "reply", Before = "purchase-before";

    private const string Nothing = "stores nothing", Synced = "fsync before the answer", Reads = "writes nothing";

    public static IReadOnlyList<Contender> All { get; } =
    [
        new("a", NoOp, "no-op POST, ticket", Host.NoOp, Credential.Ticket, Nothing),
        new("a2", NoOpJwt, "no-op POST, stock JwtBearer", Host.NoOpWithTokens, Credential.Token, Nothing),
        new("b", Purchase, "OrleansSale purchase, ticket", Host.Engine, Credential.Ticket, Synced),
        new("b2", PurchaseJwt, "OrleansSale purchase, JWT and ticket", Host.Engine, Credential.TokenAndTicket, Synced),
        new("c", RedisEverySecond, "Redis + Lua, AOF everysec", Host.RedisEverySecond, Credential.Ticket,
            "up to a second may be lost with the machine"),
        new("c", RedisAlways, "Redis + Lua, AOF always", Host.RedisAlways, Credential.Ticket, Synced),
        new("d", Postgres, "PostgreSQL, UPDATE + INSERT", Host.Postgres, Credential.Ticket, Synced),
        new("e", SoldOut, "OrleansSale, sold-out refusal", Host.Engine, Credential.Ticket, Reads, Asked.Refusal),
        new("f", RedisSoldOut, "Redis + Lua, sold-out refusal", Host.RedisEverySecond, Credential.Ticket, Reads,
            Asked.Refusal),
        new("g", Reserve, "OrleansSale reservation, JWT", Host.Engine, Credential.Token, Synced, Asked.Reservation),
        new("g", ReservePostgres, "OrleansSale reservation, JWT, PostgreSQL", Host.EngineOnPostgres, Credential.Token,
            Synced, Asked.Reservation),
        new("h", PurchaseToken, "OrleansSale purchase, JWT alone", Host.Engine, Credential.Token, Synced,
            Asked.ReservedPurchase),
        new("h", Reply, "OrleansSale purchase, signed reply to a post", Host.Engine, Credential.Signature, Synced,
            Asked.Reply),
    ];

    public bool IsOurs => Host is Host.Engine or Host.EngineOnPostgres;
    public bool Stores => Host is not (Host.NoOp or Host.NoOpWithTokens);
    public bool Refuses => Asked == Asked.Refusal;

    /// <summary>What a request of it must become. A reply is answered with 200 whether it is a repeat or not.</summary>
    public Fate Expected => Asked switch
    {
        Asked.Refusal => Fate.SoldOut,
        Asked.Reply => Fate.Repeated,
        _ => Fate.Made,
    };

    /// <summary>Whether its users must have reserved: nothing that they send proves it.</summary>
    public bool NeedsReservations => Asked is Asked.ReservedPurchase or Asked.Reply;

    /// <summary>The same purchase of another build of the engine.</summary>
    public static Contender PurchaseOf(string assembly) =>
        new("before", Before, "OrleansSale purchase, ticket, the build before", Host.Engine, Credential.Ticket, Synced)
        {
            Assembly = assembly,
        };

    public static IReadOnlyList<Contender>? Named(string list)
    {
        var names = list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var known = names.All(name => All.Any(contender => contender.IsNamed(name)));
        return known && names.Length > 0 ? [.. All.Where(contender => names.Any(contender.IsNamed))] : null;
    }

    public byte[] Request(RequestWriter writer, string batch, int number) => Asked switch
    {
        Asked.Reservation => writer.Reservation(batch, number),
        Asked.Reply => writer.Reply(batch, number),
        _ => writer.Purchase(batch, number, Credential),
    };

    /// <summary>What the user of that number was told.</summary>
    public OrderTold Read(ReadOnlyMemory<byte> body, int number) => Asked switch
    {
        Asked.Reservation => OrderTold.OfReservation(body),
        Asked.Reply => OrderTold.OfReply(body, RequestWriter.UserOf(number)),
        _ => OrderTold.Of(body),
    };

    private bool IsNamed(string name) => name == Letter || name == Name;
}
