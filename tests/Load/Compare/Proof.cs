using System.Net;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Load.Compare.Open;
using OrleansSale.Tests.Load.Compare.Shoppers;
using OrleansSale.Tests.Load.Compare.Stages;
using OrleansSale.Tests.Load.Wire;

namespace OrleansSale.Tests.Load.Compare;

/// <summary>
/// Before a contender is measured it shows that it does what it is measured for: it refuses a credential that is not genuine,
/// sells a unit once, gives a user no second order, and tells who comes too late that it is sold out.
/// </summary>
internal sealed class Proof(Contender contender, IStage stage, EngineSecrets secrets)
{
    /// <summary>The batch of the proof: one unit.</summary>
    public const string Batch = "proof";

    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(30);

    /// <summary>Runs the proof.</summary>
    /// <exception cref="EngineException">It failed; the message says how.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await stage.OpenAsync(Batch, 1, cancellationToken);
        var host = stage.Address.Authority;
        var genuine = new RequestWriter(secrets, contender.Credential, host);
        var forged = new RequestWriter(EngineSecrets.Make(), contender.Credential, host);
        using var connection = new WireConnection(new IPEndPoint(IPAddress.Loopback, stage.Address.Port));

        var (status, _) = await AskAsync(connection, forged.Write(Batch, 1));
        Require(status == 401, $"a forged credential was answered {status}");

        (status, var body) = await AskAsync(connection, genuine.Write(Batch, 1));
        Require(status == 201, $"the first purchase was answered {status}");
        var order = PacedPurchases.OrderOf(body);
        Require(order.User == RequestWriter.UserOf(1), $"the order is {order.User}'s");
        if (!contender.Stores) return;

        (status, body) = await AskAsync(connection, genuine.Write(Batch, 1));
        Require(status == 409 || (status == 200 && PacedPurchases.OrderOf(body) == order), $"a repeat was answered {status}");
        (status, _) = await AskAsync(connection, genuine.Write(Batch, 2));
        Require(status == 409, $"who comes too late was answered {status}");
    }

    private static async Task<(int Status, byte[] Body)> AskAsync(WireConnection connection, byte[] request)
    {
        var answer = await connection.AskAsync(request).AsTask().WaitAsync(AnswerWithin);
        return (answer.Status, answer.Body.ToArray());
    }

    private void Require(bool holds, string otherwise)
    {
        if (!holds) throw new EngineException($"{contender.Name} is no contender: {otherwise}\n{stage.Output}");
    }
}
