using OrleansSale.GrainInterfaces.Batches;
using OrleansSale.GrainInterfaces.Users;
using OrleansSale.Grains.Batches.Entries;

namespace OrleansSale.Grains.Batches.Directing;

/// <summary>
/// The commands that can need two operators, as members of an entry: <c>command</c>, what it needs, and the reason.
/// </summary>
internal static class ProposalFormat
{
    private static readonly string[] Names = ["grant", "revive", "remove-place", "restock", "extend"];

    /// <summary>Whether a command can wait for a second operator.</summary>
    public static bool Takes(IKeyedCommand command) => IndexOf(command) >= 0;

    /// <summary>Writes the members of a command, but for its operator and its key.</summary>
    public static void Write(DataWriter to, IKeyedCommand command)
    {
        to.Text("command"u8, Names[IndexOf(command)]);
        switch (command)
        {
            case BuyerCommand { Action: BuyerAction.Grant } grant:
                to.Alias("alias"u8, grant.Buyer!.Value);
                to.Number("units"u8, grant.Units);
                to.Text("why"u8, ReasonCodes.Of(grant.Reason));
                break;
            case BuyerCommand { Action: BuyerAction.Revive } revive:
                to.Order(revive.Number);
                to.Text("why"u8, ReasonCodes.Of(revive.Reason));
                break;
            case BuyerCommand remove:
                to.Number("place"u8, remove.Number);
                to.Text("why"u8, ReasonCodes.Of(remove.Reason));
                break;
            case OperatorCommand { Action: OperatorAction.Extend } extend:
                to.Number("seconds"u8, extend.Seconds);
                to.Text("reason"u8, extend.Reason);
                break;
            case OperatorCommand restock:
                to.Number("units"u8, restock.Units);
                to.Text("reason"u8, restock.Reason);
                break;
            default: throw new ArgumentOutOfRangeException(nameof(command), command, "never waits");
        }
    }

    /// <summary>Reads the members of a command. It is complete with its operator and its key.</summary>
    public static Func<Alias, KeyHash, IKeyedCommand> Read(ref DataReader from)
    {
        switch (from.OneOf("command"u8, Names))
        {
            case 0:
                var (buyer, count) = (from.Alias("alias"u8), from.Int("units"u8));
                var whyGranted = ReasonCodes.Read(ref from, "why"u8);
                return (by, key) => BuyerCommand.Grant(buyer, count, whyGranted, by, key);
            case 1:
                var (order, whyRevived) = (from.Order(), ReasonCodes.Read(ref from, "why"u8));
                return (by, key) => BuyerCommand.OnOrder(BuyerAction.Revive, order, whyRevived, by, key);
            case 2:
                var (place, whyRemoved) = (from.Number("place"u8), ReasonCodes.Read(ref from, "why"u8));
                return (by, key) => BuyerCommand.OnPlace(place, whyRemoved, by, key);
            case 4:
                var (seconds, whyExtended) = (from.Int("seconds"u8), from.Text("reason"u8));
                return (by, key) => new OperatorCommand(
                    OperatorAction.Extend, 0, whyExtended, by, key, Seconds: seconds);
            default:
                var (units, reason) = (from.Int("units"u8), from.Text("reason"u8));
                return (by, key) => new OperatorCommand(OperatorAction.Restock, units, reason, by, key);
        }
    }

    private static int IndexOf(IKeyedCommand command) => command switch
    {
        BuyerCommand { Action: BuyerAction.Grant, Buyer: not null } => 0,
        BuyerCommand { Action: BuyerAction.Revive } => 1,
        BuyerCommand { Action: BuyerAction.RemovePlace } => 2,
        OperatorCommand { Action: OperatorAction.Restock } => 3,
        OperatorCommand { Action: OperatorAction.Extend } => 4,
        _ => -1,
    };
}
