using System.Net;
using OrleansSale.Tests.Engine;
using OrleansSale.Tests.Load.Compare.Stages;
using OrleansSale.Tests.Load.Sales;
using OrleansSale.Tests.Load.Wire;

namespace OrleansSale.Tests.Load.Compare;

/// <summary>
/// Before a contender is measured it shows that it does what it is measured for: it refuses a credential that is not
/// genuine, sells a unit once, gives a user no second order, and tells a user who comes too late that it is sold out.
/// Of reservations it gives a user one, and the same again.
/// </summary>
internal sealed class Proof(Contender contender, Stage stage, EngineSecrets secrets)
{
    /// <summary>The batch of the proof: one unit.</summary>
    public const string Batch = "proof";

    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(30);

    /// <summary>Runs the proof. One user has something afterwards.</summary>
    /// <exception cref="EngineException">It failed; the message says how.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await stage.OpenAsync(Batch, 1, cancellationToken);
        var host = stage.Address.Authority;
        var (genuine, forged) = (new RequestWriter(secrets, host), new RequestWriter(EngineSecrets.Make(), host));
        using var connection = new WireConnection(new IPEndPoint(IPAddress.Loopback, stage.Address.Port));

        var (status, _) = await AskAsync(forged, 1);
        Require(status == 401, $"a forged credential was answered {status}");

        (status, var body) = await AskAsync(genuine, 1);
        Require(status == 201, $"the first request was answered {status}");
        var told = contender.Read(body);
        Require(told.User == RequestWriter.UserOf(1), $"the answer is {told.User}'s");
        if (!contender.Stores) return;

        (status, body) = await AskAsync(genuine, 1);
        Require(status == 409 || (status == 200 && contender.Read(body) == told), $"a repeat was answered {status}");
        if (contender.Asked == Asked.Reservation) return;
        (status, _) = await AskAsync(genuine, 2);
        Require(status == 409, $"a user who comes too late was answered {status}");

        async Task<(int Status, byte[] Body)> AskAsync(RequestWriter writer, int user)
        {
            var answer = await connection.AskAsync(contender.Request(writer, Batch, user)).AsTask()
                .WaitAsync(AnswerWithin, cancellationToken);
            return (answer.Status, answer.Body.ToArray());
        }
    }

    private void Require(bool holds, string otherwise)
    {
        if (!holds) throw new EngineException($"{contender.Name} is no contender: {otherwise}\n{stage.Output}");
    }
}
