using System.Net;
using OrleansSale.Tests.Load.Compare.Stages;

namespace OrleansSale.Tests.Load.Compare;

/// <summary>
/// Before a contender is measured it shows that it does what it is measured for: it refuses a credential that is not
/// genuine, sells a unit once, gives a user no second order, and tells a user who comes too late that it is sold out.
/// Of reservations it gives a user one, and the same again.
/// </summary>
internal sealed class Proof(Contender contender, Stage stage)
{
    public const string Batch = "proof";

    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(30);

    /// <summary>What the first user was told.</summary>
    /// <exception cref="EngineException">It does something else.</exception>
    public async Task<OrderTold> RunAsync(CancellationToken cancellationToken)
    {
        await stage.OpenAsync(Batch, 1, cancellationToken);
        using var client = new WireClient([new IPEndPoint(IPAddress.Loopback, stage.Address.Port)], 1, AnswerWithin);

        var answer = await AskAsync(EngineSecrets.Make(), 1);
        Require(answer.LastStatus == 401, "a forged credential", answer);
        answer = await AskAsync(stage.Secrets, 1);
        Require(answer.FateOf(0) == (contender.Refuses ? Fate.Made : contender.Expected), "the first request", answer);
        var told = contender.Read(answer.Bodies().Single(), 1);
        if (told.User != RequestWriter.UserOf(1)) throw new EngineException($"{contender.Name} answers {told.User}");
        if (!contender.Stores) return told;

        answer = await AskAsync(stage.Secrets, 1);
        Require(
            answer.LastStatus == 409
                || (answer.FateOf(0) == Fate.Repeated && contender.Read(answer.Bodies().Single(), 1) == told),
            "a repeat", answer);
        if (contender.Asked == Asked.Reservation) return told;
        answer = await AskAsync(stage.Secrets, 2);
        Require(
            answer.LastStatus == 409 || answer.FateOf(0) == Fate.SoldOut, "a user who comes too late", answer);
        return told;

        async Task<Requests> AskAsync(EngineSecrets signs, int user)
        {
            var writer = new RequestWriter(signs, stage.Address.Authority);
            var asked = new Requests([contender.Request(writer, Batch, user)]);
            await client.RunAsync(asked, cancellationToken);
            return asked;
        }
    }

    private void Require(bool holds, string what, Requests answer)
    {
        if (holds) return;
        throw new EngineException(
            $"{contender.Name} is no contender: {what} was answered {answer.LastStatus} {answer.LastFailure}\n" +
            stage.Output);
    }
}
