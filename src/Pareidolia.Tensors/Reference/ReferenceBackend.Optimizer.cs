namespace Pareidolia.Tensors.Reference;

internal partial class ReferenceBackend
{
    // m = b1 m + (1 - b1) g;   v = b2 v + (1 - b2) g^2;   p -= lr (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + eps)
    internal override void AdamStep(Operand parameter, Operand gradient, Operand m, Operand v, Operand vmax, AdamSettings settings)
    {
        Span<float> p = parameter.Floats, g = gradient.Floats, first = m.Floats, second = v.Floats;
        double firstScale = 1 - Math.Pow(settings.Beta1, settings.Step), secondScale = 1 - Math.Pow(settings.Beta2, settings.Step);
        double decay = settings.Decoupled ? 1 - settings.LearningRate * settings.WeightDecay : 1;
        for (int i = 0; i < p.Length; i++)
        {
            double slope = g[i] * settings.GradientScale + (settings.Decoupled ? 0 : settings.WeightDecay * p[i]);
            first[i] = (float)(settings.Beta1 * first[i] + (1 - settings.Beta1) * slope);
            second[i] = (float)(settings.Beta2 * second[i] + (1 - settings.Beta2) * slope * slope);
            double spread = second[i];
            if (vmax.Exists)
                spread = vmax.Floats[i] = Math.Max(vmax.Floats[i], second[i]);
            double step = first[i] / firstScale / (Math.Sqrt(spread / secondScale) + settings.Eps);
            p[i] = (float)(decay * p[i] - settings.LearningRate * step);
        }
    }
}
